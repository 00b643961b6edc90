read -r up rest </proc/uptime || exit
units=$(systemctl list-units --full --plain --no-legend --no-pager) || exit
printf '%s\n' '[up]' "$up" '[units]' "$units" '[shown]'

# To show a unit costs more than a millisecond, so few are shown: what the policy requires; what is up, and not
# by a link of another unit that is up; what is on its way up or down; what such a link starts, and is down.
@ITEMS@
column() { unit=$1 state=$3; }
newline='
'
IFS=$newline now=' ' wanted= unclear= places=
set -f
for line in $units; do
    IFS=' '
    column $line
    IFS=$newline
    case $state in
        active | reloading)
            now="$now$unit "
            case $unit in *.service | *.socket | *.timer | *.path) wanted="$wanted$unit$newline";; esac;;
        failed) ;;
        *)
            case $unit in *.service | *.socket | *.timer | *.path) unclear="$unclear$unit$newline";; esac;;
    esac
done
set +f
set -- "$@" $unclear
for place in /etc/systemd/system /run/systemd/generator /run/systemd/generator.early \
    /run/systemd/generator.late /usr/local/lib/systemd/system /usr/lib/systemd/system /lib/systemd/system
do
    for folder in $place/*.wants $place/*.requires $place/*.upholds; do
        unit=${folder##*/} unit=${unit%.*}
        case $now in *" $unit "*) places="$places$folder$newline";; esac
    done
done
for unit in $wanted; do
    for folder in $places; do
        [ ! -L "$folder/$unit" ] || continue 2
    done
    set -- "$@" "$unit"
done
for folder in $places; do
    case $folder in /usr/lib/* | /lib/*) continue;; esac
    for unit in "$folder"/*; do
        unit=${unit##*/}
        case $unit in *.service | *.socket | *.timer | *.path) ;; *) continue;; esac
        case $now in *" $unit "*) ;; *) set -- "$@" "$unit";; esac
    done
done
[ $# -eq 0 ] || systemctl show --no-pager --property=@PROPERTIES@ -- "$@" || exit
echo end
