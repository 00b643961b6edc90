# The foreign servers of a database (CREATE SERVER), and what their hosts' names stand for here.
out=$(@PSQL@) || exit
printf '[servers]\n%s\n[addresses]\n' "$out"
set -f
for host in $(printf '%s\n' "$out" | sed -n 's/^.*"host" : "\([A-Za-z0-9.:_-]*\)".*$/\1/p' | sort -u); do
    getent ahosts "$host" | while read -r address _; do echo "$host $address"; done
done
echo end
