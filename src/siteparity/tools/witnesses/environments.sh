# Of the environments of running programs only this leaves the host: names of hosts in URLs, names of variables.
{ :; } 2>/dev/null </proc/1/environ || { echo "other users' processes cannot be read" >&2; exit 1; }
# This question, and whatever asks it, are no part of the site.
asking=' ' one=$$
while [ "$one" -gt 1 ]; do
    asking="$asking/proc/$one/environ "
    read -r stat </proc/"$one"/stat || exit
    set -- ${stat##*)}
    one=$2
done
set --
for place in /proc/[0-9]*/environ; do
    case $asking in *" $place "*) ;; *) set -- "$@" "$place";; esac
done
secret='password|passwd|passphrase|secret|token|credential|api_?key|private_?key|access_?key|(^|_)pass(_|$)|_pwd$'
# A process may end while it is looked at; one that is still there must answer.
lines=$(grep -hsaziE "://|^[A-Z0-9_]*(pass|secret|token|credential|key|pwd)[A-Z0-9_]*=." "$@" | tr '\0\n' '\n ')
for place; do
    { :; } 2>/dev/null <"$place" || [ ! -e "$place" ] || { echo "$place cannot be read" >&2; exit 1; }
done
found=$(printf '%s\n' "$lines" | awk -v secret="$secret" '
    {
        name = $0
        sub(/=.*/, "", name)
        if (name !~ /^[A-Za-z_][A-Za-z0-9_]*$/ || name ~ /^(DEBUGINFOD_URLS|CREDENTIALS_DIRECTORY)$/) next
        if (tolower(name) ~ secret) print "variable " name
        rest = substr($0, length(name) + 2)
        while (match(rest, /:\/\//)) {
            rest = substr(rest, RSTART + 3)
            # The authority of a URL ends here (RFC 3986, section 3.2). What stands before its last @ is secret.
            place = rest
            sub(/[\/?#"\047 \t,;<>(){}|\\].*/, "", place)
            if (place ~ /:[^@]+@/) print "variable " name
            sub(/.*@/, "", place)
            if (place ~ /^\[/) { sub(/^\[/, "", place); sub(/\].*/, "", place) }
            else if (!sub(/:[0-9]*$/, "", place) && index(place, ":")) continue
            if (place ~ /^[A-Za-z0-9_.:-]+$/ && place ~ /[.:]/) print "host " tolower(place)
        }
    }' | sort -u)
[ ! "$found" ] || printf '%s\n' "$found"
echo end
