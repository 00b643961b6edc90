# Scheme, server and port alone leave the host: an address can hold a user, a password, a key.
[ -r @FILE@ ] || { echo @FILE@" cannot be read" >&2; exit 1; }
sed -nE '/^[[:space:]]*@NAME@[[:space:]]*=/ {
    s#^[^=]*=[[:space:]]*["'\'']?##
    s#^(([a-z+]+)://)?([^@/"'\'']*@)?([^/?"'\''[:space:]]*).*#\2 \4#p
}' -- @FILE@ || exit
echo end
