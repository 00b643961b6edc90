# Run by bash, which opens /dev/tcp/HOST/PORT. Arguments: server, port, what to send at once, what to send in
# the end, and a word if the server is expected to say anything. A mail server must be allowed to speak first,
# so its line is read before anything more is sent.
exec 3<>"/dev/tcp/$1/$2" || exit 9
[ "$5" ] || { echo 'said connected'; exit; }
[ -z "$3" ] || printf %s "$3" >&3
IFS= read -r line <&3
printf '%s\n' "said $line"
[ -z "$4" ] || printf %s "$4" >&3
