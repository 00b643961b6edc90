requests=@REQUESTS@
@ASK@
code=$?
[ $code -ne 127 ] || { printf '%s\n' "$said" >&2; exit 127; }
printf '%s\n' "exit $code" "$said" end
