# $place: the setting without its quotes, its scheme and its user. Nothing is kept of a query (?auth=...).
place=$(sed -nE '
    /^[[:space:]]*@VARIABLE@[[:space:]]*=/ {
        s#^[^=]*=[[:space:]]*["'\'']?([a-z+]+://)?([^@/]*@)?([^?"'\'']*).*#\3#p
    }' -- @FILE@) || exit
[ -n "$place" ] || { echo "@VARIABLE@ is not set in "@FILE@ >&2; exit 1; }
