# Prints "s<TAB>SETTING VALUE" for each setting of sshd about keys. For each file of keys it prints
# "m<TAB>USER<TAB>FILE<TAB>MODE OWNER PATH" about the file and its folders, and "k<TAB>USER<TAB>FILE<TAB>LINE".
[ -x /usr/sbin/sshd ] || { printf 'none\nend\n'; exit 0; }
@ITEMS@
settings=$(/usr/sbin/sshd -T) || exit
newline='
'
tab=$(printf '\t')
IFS=$newline places= seen=
set -f
entries=$(cat /etc/passwd && { getent passwd -- "$@" || [ $? -eq 2 ]; }) || exit
for line in $settings; do
    case $line in
        authorizedkeysfile*)
            places=${line#* }
            printf 's\t%s\n' "$line";;
        authorizedkeyscommand\ * | authorizedprincipals* | trustedusercakeys* | strictmodes*)
            printf 's\t%s\n' "$line";;
    esac
done
# Most accounts have no file of keys: they cost only tests of the shell itself.
for entry in $entries; do
    user=${entry%%:*} home=${entry%:*} home=${home##*:}
    case $seen in *":$user:"*) continue;; esac
    seen="$seen:$user:"
    IFS=' '
    for place in $places; do
        case $place in
            none) continue;;
            *%U* | *%%*) echo "a place of keys is not understood: $place" >&2; exit 1;;
        esac
        while :; do
            case $place in
                *%h*) place=${place%%%h*}$home${place#*%h};;
                *%u*) place=${place%%%u*}$user${place#*%u};;
                *) break;;
            esac
        done
        case $place in /*) file=$place;; *) file=$home/$place;; esac
        [ -e "$file" ] || continue
        stat -c "m$tab$user$tab$file$tab%a %U %n" -- "$home" "${file%/*}" "$file" || exit
        awk -v who="k$tab$user$tab$file$tab" '{ print who $0 }' <"$file" || exit
    done
    IFS=$newline
done
echo end
