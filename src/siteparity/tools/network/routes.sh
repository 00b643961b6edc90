echo '[4]'
ip -4 route show default type unicast || exit
echo '[6]'
# A kernel without IPv6 has no such file, and may answer ip with an error.
[ ! -e /proc/net/if_inet6 ] || ip -6 route show default type unicast || exit
echo end
