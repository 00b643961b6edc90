requests=@REQUESTS@
@ASK@
code=$?
[ $code -ne 127 ] || { printf '%s\n' "$said" >&2; exit 127; }
# A server that keeps no connection open answers the first request alone: then each gets its own connection.
set -- @SINGLES@
count=$(printf '%s\n' "$said" | grep -acE '^HTTP/1\.[01] [1-5]')
case $said in *[Cc]"onnection refused"*) count=$#;; esac
if [ "$count" -lt $# ]; then
    all=
    for requests; do
        @ASK@
        code=$?
        all="$all$said
"
    done
    said=$all
fi
printf '%s\n' "exit $code" "$said" end
