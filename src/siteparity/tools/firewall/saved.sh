starts() {
    for link in /etc/systemd/system/*.wants/"$1" /etc/systemd/system/*.requires/"$1"; do
        [ ! -L "$link" ] || return 0
    done
    return 1
}
load=
if starts nftables.service; then
    load='nft -f @FILE@'
fi
if starts netfilter-persistent.service; then
    for family in ip ip6; do
        case $family in ip) rules=/etc/iptables/rules.v4;; *) rules=/etc/iptables/rules.v6;; esac
        [ ! -e $rules ] || load="${load:-:} && ${family}tables-restore <$rules"
    done
fi
[ "$load" ] || { printf '%s\n' '[outcome]' loaded @PARTS@ end; exit 0; }
load_and_list='
if problem=$({ '$load'; } 2>&1); then
    printf "%s\n" "[outcome]" loaded
else
    printf "%s\n" "[outcome]" problem "$problem" @PARTS@
    exit 0
fi
'@LIST@
# A container may not make a network, unless it makes a user of its own first.
out=$(unshare -n sh -c "$load_and_list" 2>/dev/null) || case $out in
    '['*)
        echo 'what a boot would load was loaded into a network of its own, and cannot be listed' >&2
        exit 1;;
    *) out=$(unshare -rn sh -c "$load_and_list") || exit;;
esac
printf '%s\n' "$out" end
