# Prints "v<TAB>TEXT" for each line of visudo's report, "c<TAB>PATH<TAB>LINE" for each line of a file that it
# accepts, and "s<TAB>STATUS", its exit status.
command -v visudo >/dev/null || { printf 'none\nend\n'; exit 0; }
report=$(visudo -c 2>&1) status=$?
old=$IFS IFS='
'
set -f --
for line in $report; do
    printf 'v\t%s\n' "$line"
    case $line in *': parsed OK') set -- "$@" "${line%: parsed OK}";; esac
done
IFS=$old
[ $# -eq 0 ] || awk '{ print "c\t" FILENAME "\t" $0 }' "$@" || exit
printf 's\t%s\nend\n' "$status"
