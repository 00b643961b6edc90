# What web servers have loaded, and what their files set: names of modules and paths of files, no text of theirs.
echo '[loaded]'
servers=$(grep -lsE @SERVERS@ /proc/[0-9]*/comm)
[ $? -le 2 ] || exit    # a process may end while it is looked at
found=$(for name in $servers; do
    { read -r comm <"$name"; } 2>/dev/null || continue
    maps=${name%comm}maps
    modules=$(grep -ohsiE @MODULES@ "$maps") || {
        # One that cannot be read hides what is loaded, unless its process has ended.
        [ $? -eq 1 ] || [ ! -e "$name" ] || { echo "$maps cannot be read" >&2; exit 1; }
    }
    for one in $modules; do printf '%s %s\n' "${comm%% *}" "$one"; done
done) || exit
[ ! "$found" ] || printf '%s\n' "$found" | sort -u
set --
for place in /etc/nginx /etc/freenginx /etc/openresty /etc/angie /etc/tengine /etc/apache2 /etc/httpd /etc/haproxy \
    /etc/caddy /etc/envoy /etc/traefik /etc/lighttpd /etc/varnish /etc/hitch /etc/pound /etc/h2o \
    /usr/local/nginx/conf /usr/local/openresty/nginx/conf /usr/local/apache2/conf /usr/local/etc/nginx \
    /usr/local/etc/haproxy /usr/local/lsws/conf /opt/nginx/conf /opt/openresty/nginx/conf
do
    [ ! -d "$place" ] || set -- "$@" "$place"
done
look() {
    # A link that leads nowhere makes it 2.
    [ $# -eq 1 ] || grep -RlsIiE --exclude-dir='*-available' --exclude-dir=modules --exclude-dir=logs \
        --exclude-dir=run --exclude-dir=state -e "$@" || [ $? -le 2 ] || exit
}
echo '[filtered]'
look @FIREWALL@ "$@"
echo '[certificates]'
look @CERTIFICATE@ "$@"
echo end
