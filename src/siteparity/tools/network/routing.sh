# Prints what decides where packets go, each line behind "4" or "6": rules, routes of every table without those
# that the kernel makes of its own addresses, addresses, neighbours that are pinned, and policies of IPsec.
with() {
    version=$1
    shift
    # A kernel without IPv6 has no such file, and may answer ip with an error.
    [ "$version" = 4 ] || [ -e /proc/net/if_inet6 ] || return 0
    lines=$(ip -"$version" "$@") || exit
    [ -z "$lines" ] || printf '%s\n' "$lines" | while IFS= read -r line; do printf '%s %s\n' "$version" "$line"; done
}
both() {
    with 4 "$@"
    with 6 "$@"
}
echo '[rules]'
both rule show
echo '[routes]'
both -o route show table all
echo '[addresses]'
both -o addr show
echo '[neighbours]'
both -o neighbour show nud permanent
echo '[policies]'
policies=$(ip -o xfrm policy list 2>&1) || case $policies in
*"not supported"*) policies=;; # a kernel without IPsec
*) printf '%s\n' "$policies" >&2; exit 1;;
esac
[ -z "$policies" ] || printf '%s\n' "$policies"
echo end
