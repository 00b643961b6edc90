echo '[unit]'
shown=$(systemctl show --property=LoadState,MainPID,@PROPERTIES@ -- @UNIT@) || exit
printf '%s\n' "$shown"
main=${shown#*MainPID=} main=${main%%[!0-9]*}
[ "${main:-0}" -gt 0 ] || { echo 'it does not run, so it has no limits' >&2; exit 1; }
echo '[service]'; cat "/proc/$main/limits" || exit
echo '[manager]'; cat /proc/1/limits || exit
echo end
