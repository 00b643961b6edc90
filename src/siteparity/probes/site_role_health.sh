# bash knows /dev/tcp, and every Debian has it, unlike curl. How the talk ended is part of the answer: a shop
# that refuses the connection is a finding.
answer=$(bash -c '
    exec 3<>/dev/tcp/127.0.0.1/@PORT@ || exit 9
    printf %s "$1" >&3
    cat <&3
' bash @REQUEST@ 2>&1)
code=$?
[ $code -ne 127 ] || { printf '%s\n' "$answer" >&2; exit 127; }
printf '%s\n' '[exit]' "$code" '[answer]' "$answer" end
