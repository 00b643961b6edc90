echo '[configured]'
[ ! -e /var/lib/dpkg/info/locales-all.list ] || echo locales-all
set --
for file in /etc/default/locale /etc/locale.gen; do
    [ ! -e $file ] || set -- "$@" $file
done
[ $# -eq 0 ] || grep -Hv '^[[:space:]]*#' -- "$@" || [ $? -eq 1 ] || exit
for tool in locale sort id setpriv; do
    command -v $tool >/dev/null || { echo "$tool: not found" >&2; exit 127; }
done
# Root can read what the service cannot, so the user of the service asks. setpriv opens no session, and so
# writes to no log, which runuser does.
@ITEM@
user=$(systemctl show --property=User -- "$UNIT") || exit
user=${user#User=} as=
if [ "$user" ] && [ "$user" != root ] && [ "$(id -u)" -eq 0 ]; then
    group=$(id -g -- "$user") || exit
    as="setpriv --reuid=$user --regid=$group --init-groups --"
fi
echo '[compiled]'
locale -a || exit
@ITEMS@
for name; do
    printf '\n[%s]\n' "$name"
    LANGUAGE=en LC_ALL="$name" $as locale -ck @CATEGORIES@ 2>&1 || exit
    printf '\n[sorted %s]\n' "$name"
    printf '%s\n' @WORDS@ | LC_ALL="$name" $as sort || exit
done
echo end
