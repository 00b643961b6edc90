echo '[passwd]'
cat /etc/passwd || exit
echo '[group]'
cat /etc/group || exit
echo '[shadow]'
# No hash of a password leaves the host.
awk -F: '{ s = $2 == "" ? "none" : $2 ~ /^[!*]/ ? "locked" : "set"; print $1 ":" s }' /etc/shadow || exit
echo '[named]'
# getent exits with 2 when it does not find one of the names.
@ITEMS@
getent passwd -- "$@" || [ $? -eq 2 ] || exit
echo end
