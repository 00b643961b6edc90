# What systemd says stays on the host: values of Environment= may be secrets.
main=0 pids= shown=
{
@LOOK_UP@
} >/dev/null
echo '[unit]'
printf '%s\n' "$shown" | grep -E '^(LoadState|MainPID|StateChangeTimestampMonotonic)='
# perl reads its program from stdin, and the rest from its environment: no value becomes an argument.
[ "$main" -gt 0 ] || pids=
PIDS=$pids SHOWN=$shown perl - <<'END_OF_PROGRAM' || exit
@PROGRAM@
END_OF_PROGRAM
echo '[now]'
set --
@STARTED@
echo end
