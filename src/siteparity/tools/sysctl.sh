echo '[files]'
@FILES@
echo '[now]'
cd /proc/sys || exit
# Secrets are not read, nor what does something when it is read, nor the interfaces of guests.
find . -type f -perm -400 ! -name '*secret*' ! -name '*_key' ! -name stat_refresh \
    ! -path './kernel/random/*' ! -path './fs/binfmt_misc/*' ! -path './net/ipv[46]/*/veth*' \
    ! -path './net/ipv[46]/*/cali*' ! -path './net/ipv[46]/*/vnet*' ! -path './net/ipv[46]/*/tap*' \
    -exec grep -H '' {} + 2>&1 || :
echo end
