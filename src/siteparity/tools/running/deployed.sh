echo '[unit]'
@LOOK_UP@
echo '[started]'
[ "$main" -gt 0 ] || { printf '%s\n' '[newer]' end; exit 0; }
# A reload keeps the main process and starts the others anew, so they count where there are any.
workers=$pids
case $pids in *" "*) workers=${pids#* };; esac
set --
for pid in $workers; do set -- "$@" "/proc/$pid/stat"; done
stats=$(@STARTED@) || exit
printf '%s\n' "$stats" '[newer]'

# The start of the oldest process, in hundredths of a second. The first line of $stats is of cat itself, which
# has just started; the last one is the time.
line_end='
'
own= oldest= links=
IFS=$line_end
for line in $stats; do
    IFS=' '
    case $line in
        *')'*)
            set -- ${line##*)}
            if [ ! "$own" ]; then own=${20}
            elif [ ! "$oldest" ] || [ "${20}" -lt "$oldest" ]; then oldest=${20}
            fi;;
        *)
            part=${line#*.}
            now=$((${line%.*} * 100 + 1${part%???????} - 100));;
    esac
done
[ "$oldest" ] || { echo 'none of its processes could be looked at' >&2; exit 1; }
since=$((now - own + oldest))
since=@$((since / 100)).$((since % 100 / 10))$((since % 10))

# Adds each link on the way to a path to $links.
way() {
    rest=${1#/} here= hops=0
    while [ "$rest" ]; do
        part=${rest%%/*}
        case $rest in */*) rest=${rest#*/};; *) rest=;; esac
        case $part in ''|.) continue;; ..) here=${here%/*}; continue;; esac
        here=$here/$part
        [ ! -L "$here" ] || {
            hops=$((hops + 1))
            [ $hops -le 40 ] && to=$(readlink -- "$here") || exit
            links=$links$here$line_end
            case $to in
                /*) here= rest=${to#/}/$rest;;
                *) here=${here%/*} rest=$to/$rest;;
            esac
        }
    done
}

# Ends the question with the first path that is newer; else $found has the links, and folders on overlayfs.
look() {
    found=$(find "$@" -ignore_readdir_race \
        \( -name __pycache__ -o -name '*.pyc' -o -name .git@LEFT_OUT@ \) -prune -o \
        -newerct "$since" ! -regex @OF_TOOLS@ \
        \( -type d ! -newermt "$since" -fstype overlay -printf 'folder %p\n' -o \
        \( -type d ! -newermt "$since" -o ! -type d \( -links 1 -o -newermt "$since" \) \) \
        -printf "$kind %p\n" -quit \) -o \
        -type l ! -path '/usr/lib*-packages/*' -printf 'link %p\n') || exit
    case $line_end$found in *"$line_end$kind "*) printf '%s\n' "$found" end; exit;; esac
    for one in $found; do
        case $one in
            folder\ *)
                one=${one#folder }
                parent=$(find "$one/.." -maxdepth 0 -newermt "$since") || exit
                [ ! "$parent" ] || { printf '%s %s\n' "$kind" "$one"; echo end; exit; };;
        esac
    done
}

# Three looks: at the paths, at what links in them lead to, at the links on the way to them. Mostly there are none.
look_all() {
    links=
    for path; do way "$path"; done
    set -f
    IFS=$line_end
    look -H "$@"
    set --
    for one in $found; do case $one in link\ *) set -- "$@" "${one#link }";; esac; done
    [ $# -eq 0 ] || look -L "$@"
    set -- $links
    [ $# -eq 0 ] || look -P "$@" -maxdepth 0
    set +f
}

set -- @FILE@
for place in @PLACES@ @LIBRARIES@; do [ ! -e "$place" ] || set -- "$@" "$place"; done
kind=newer
look_all "$@"

# What the service reads when it starts: files that the policy names, and environment files.
kind=setting
IFS=$line_end
set --
gone() { printf '%s\n' "gone $1" end; exit; }
for path in @SETTINGS@; do
    # Environment files are looked at below, or compared with what runs.
    case $shown in *"EnvironmentFiles=$path (ignore_errors="*) continue;; esac
    [ -e "$path" ] || gone "$path"
    set -- "$@" "$path"
done
set -f
for line in @ENVIRONMENT_FILES@; do
    case $line in EnvironmentFiles=*) ;; *) continue;; esac
    set +f
    paths=${line#*=}
    for path in ${paths% (*}; do
        if [ -e "$path" ]; then set -- "$@" "$path"
        else case $line in *ignore_errors=yes*) ;; *) gone "$path";; esac
        fi
    done
    set -f
done
set +f
[ $# -eq 0 ] || look_all "$@"
# A file that was removed makes its folder younger.
for path in @FOLDERS@; do
    [ -d "$path" ] || continue
    path=$(find -H "$path" -maxdepth 0 -newermt "$since") || exit
    [ ! "$path" ] || { printf '%s\n' "setting $path" end; exit; }
done
echo end
