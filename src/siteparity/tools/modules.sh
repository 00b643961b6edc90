@FILES@
@ITEMS@
for name; do printf 'wanted\t%s\n' "$name"; done
[ -d /sys/module/kernel ] || { echo '/sys/module cannot be read' >&2; exit 1; }
for folder in /sys/module/*; do printf 'has\t%s\n' "${folder##*/}"; done
read -r release </proc/sys/kernel/osrelease || exit
list=/lib/modules/$release/modules.builtin
[ ! -e "$list" ] || awk -F/ '{ sub(/\.ko.*/, "", $NF); print "has\t" $NF }' "$list" || exit
echo end
