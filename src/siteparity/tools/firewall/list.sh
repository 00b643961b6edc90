# nft cannot show all rules of iptables, so those are listed by their own tools. The tools of the old iptables
# would load its modules, so they are asked only if its tables are in use.
echo '[nft]'
found=
if command -v nft >/dev/null; then
    found=yes
    rules=$(nft -s list ruleset) || exit
    printf '%s\n' "$rules"
else
    rules='table ip filter table ip6 filter'
fi
for family in ip ip6; do
    printf '%s\n' "[${family}tables]"
    case $rules in *"table $family "[fnmrs]*)
        if command -v ${family}tables-nft-save >/dev/null; then
            found=yes
            ${family}tables-nft-save || exit
        fi;;
    esac
done
for family in ip ip6; do
    printf '%s\n' "[${family}tables-legacy]"
    names=
    read -r names 2>/dev/null </proc/net/${family}_tables_names
    [ -z "$names" ] || { found=yes; ${family}tables-legacy-save || exit; }
done
[ "$found" ] || { echo 'the host has no tool that lists a packet filter' >&2; exit 1; }
