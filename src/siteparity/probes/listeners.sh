ports=$(cat /proc/sys/net/ipv4/ip_local_port_range) || exit
# Without the right to look into other users' processes ss names no program and does not say so.
seen=
for fd in /proc/1/fd/*; do
    [ ! -e "$fd" ] || seen=yes
done
[ "$seen" ] || { echo 'the programs of other users cannot be seen' >&2; exit 1; }
echo 'handed out' $ports
ss -Hlntup || exit
echo end
