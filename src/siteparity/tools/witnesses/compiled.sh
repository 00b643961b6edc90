# The first compiled catalogue below the folders of applications, and below those in which programs run.
set --
for place in /srv /opt /var/www /usr/local /home /app /data; do [ ! -d "$place" ] || set -- "$@" "$place"; done
folders=$(find /proc/[0-9]*/cwd -maxdepth 0 -ignore_readdir_race -printf '%l\n' 2>/dev/null | sort -u)
IFS='
'
set -f
for folder in $folders; do
    case $folder in
        /|/proc*|/sys*|/dev*|/run*|/tmp*|/boot*|/etc*|/root*|/usr|/usr/*|/bin*|/sbin*|/lib*) ;;
        /var|/var/lib|/var/lib/*|/var/spool*|/var/log*|/var/cache*|*' (deleted)') ;;
        /srv|/srv/*|/opt|/opt/*|/var/www|/var/www/*|/home|/home/*|/app|/app/*|/data|/data/*) ;;
        *) [ ! -d "$folder" ] || set -- "$@" "$folder";;
    esac
done
[ $# -eq 0 ] || find "$@" -xdev -maxdepth 9 -ignore_readdir_race \
    -type d \( -name node_modules -o -name .git -o -name __pycache__ -o -path /usr/local/share/locale -o @LIBRARIES@ \) -prune -o \
    \( -name '*.mo' -o -name '*.gmo' \) -print -quit || exit
echo end
