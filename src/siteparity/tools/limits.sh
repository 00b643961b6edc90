@ITEM@
echo '[unit]'
shown=$(systemctl show --property=LoadState,MainPID,@PROPERTIES@ -- "$UNIT") || exit
printf '%s\n' "$shown"
main=${shown#*MainPID=} main=${main%%[!0-9]*}
[ "${main:-0}" -gt 0 ] || { printf '%s\n' '[service]' '[manager]' end; exit; }
printf 'Program=%s\n' "$(cat "/proc/$main/comm")"
echo '[service]'; cat "/proc/$main/limits" || exit
echo '[manager]'; cat /proc/1/limits || exit
echo end
