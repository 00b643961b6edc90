peers=
up() {
    case " $PEERS " in *" $1 "*) ;; *) return 1;; esac
}
@PEERS@
[ "$peers" ] || { printf '%s\n' @PARTS@ end; exit; }
command -v ping >/dev/null || { echo 'ping: not found' >&2; exit 127; }

# Segments that the host sent, and errors of the interfaces.
count() {
    while read -r line; do
        case $line in Tcp:*) printf '%s\n' "$line";; esac
    done </proc/net/snmp
    for one in $devices; do
        for name in rx_errors tx_errors collisions; do
            read -r number </sys/class/net/"$one"/statistics/$name || exit
            printf '%s\n' "$one $name $number"
        done
    done
}

# Where none of full size comes back a few small packets are sent, and where some are lost many more.
train() {
    out=$(ping -nqf -c @PACKETS@ -W 1 -M do -s "$2" "$1" 2>/dev/null) more=
    case $out in
        *" @PACKETS@ received"*) ;;
        *" 0 received"*) more=$(ping -nqf -c 5 -W 1 -s 56 "$1" 2>/dev/null);;
        *) more=$(ping -nqf -c @MORE@ -W 1 -M do -s "$2" "$1" 2>/dev/null);;
    esac
    # One write, since the trains of all peers print at once.
    printf '%s\n' "[packets $1]
$out
[more]
$more"
}
trains() {
    @TRAINS@
    wait
}
connect() {
    set --
    @PORTS@
    [ $# -eq 0 ] || perl -e @CONNECT@ -- @PATIENCE@ @AT_ONCE@ "$@"
}

routes=$(for one in $peers; do echo "route get $one"; done | ip -force -o -b - 2>/dev/null) ||
    [ $? -lt 100 ] || { echo 'ip: not found' >&2; exit 127; }
printf '%s\n' '[peers]' $peers '[routes]' "$routes" '[links]'
before= devices=
set -f
for word in $routes; do
    if [ "$before" = dev ]; then
        case " $devices " in *" $word "*) ;; *) devices="$devices $word";; esac
    fi
    before=$word
done
for one in $devices; do
    for name in mtu speed duplex; do
        value=
        read -r value 2>/dev/null </sys/class/net/"$one"/$name
        printf '%s\n' "$one $name $value"
    done
    link=$(ip -o link show dev "$one") || exit
    case $link in *" qdisc "*) ;; *) echo "ip link says no qdisc of $one" >&2; exit 1;; esac
    link=${link#* qdisc }
    printf '%s\n' "$one qdisc ${link%% *}"
done
echo '[before]'
count
echo '[tries]'
trains
connect || exit
sleep 0.2
trains
echo '[after]'
count
echo end
