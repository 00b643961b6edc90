# Files whose names say that they hold secrets; none is opened.
set --
for place in /etc /srv /opt /var/www /usr/local/etc /home /root /app /data /var/lib/postgresql /var/lib/pgsql; do
    [ ! -d "$place" ] || set -- "$@" "$place"
done
find "$@" -xdev -maxdepth 3 -ignore_readdir_race \( -name node_modules -o -name .git -o -name '*.d' -o -name authselect -o -name share \) -prune -o \
    -type f \( -name '.env' -o -name '*.env' -o -name .pgpass -o -name .my.cnf -o -name '*.pgpass' -o -name .netrc \
    -o -name htpasswd -o -name .htpasswd -o -iregex '.*/[^/]*\(secret\|password\|credential\)[^/.]*' \
    -o -iregex '.*/[^/]*\(secret\|password\|credential\)[^/]*\.\(ya?ml\|json\|toml\|ini\|conf\|cnf\|cfg\|txt\|key\|properties\|php\|xml\)' \) \
    -size +0 -print || exit
echo end
