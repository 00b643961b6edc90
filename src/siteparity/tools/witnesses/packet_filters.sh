# How many rules there are; none of them leaves the host.
echo '[nft]'
if command -v nft >/dev/null; then
    listed=$(nft -s list ruleset) || exit
    printf '%s\n' "$listed" | awk '
        /^[ \t]*(#|$)/ { next }
        /policy drop/ { n++ }
        /^\t?(table|chain|set|map|flowtable|counter|quota|ct|limit|secmark|synproxy)[ \t].*\{$/ { kind = $1; next }
        /^[ \t]*\}/ { kind = ""; next }
        kind == "chain" && !/^[ \t]*(type [a-z]+ hook|comment )/ { n++ }
        END { print n + 0 }'
elif [ -d /sys/module/nf_tables ]; then
    echo 'the kernel has nf_tables, and no nft can list its rules' >&2
    exit 1
else
    echo 0
fi
echo '[legacy]'
for family in ip ip6; do
    names=
    { read -r names </proc/net/${family}_tables_names; } 2>/dev/null
    [ -z "$names" ] || {
        saved=$(${family}tables-legacy-save || ${family}tables-save) || exit
        printf '%s\n' "$saved" | grep -cE '^-A|^:[A-Z]+ (DROP|REJECT)' || [ $? -eq 1 ] || exit
    }
done
echo end
