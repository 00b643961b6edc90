# Users and words of the crontabs, and of lines that the policy adds to them. Which of the words is the command is for the reader to say, so each word is
# looked up in each folder that the crontabs name. A password's hash never leaves the host.
@ITEMS@
jobs=$(printf '%s\n' "$@")
set --
for file in @SYSTEM@ @FOLDER@/* @SPOOL@/*; do [ ! -f "$file" ] || set -- "$@" "$file"; done
# Not by awk's srand(): Debian 13's returns nanoseconds.
now=$(date +%s) || exit
found=$(printf '%s\n' "$jobs" | awk '
    FILENAME ~ /^\/var\// { n = split(FILENAME, part, "/"); user[part[n]] }
    !/^[ \t]*(#|$)/ {
        if (FILENAME !~ /^\/var\//) user[substr($1, 1, 1) == "@" ? $2 : $6]
        # What is started in another folder is looked up there as well.
        folder = match($0, /(^|[^A-Za-z0-9_.\/+@-])cd[ \t]+\/[A-Za-z0-9_.\/+@-]+/) ? substr($0, RSTART, RLENGTH) : ""
        sub(/^[^\/]*/, "", folder); sub(/\/+$/, "", folder)
        n = split($0, part, /[^A-Za-z0-9_.\/+@-]+/)
        if (folder) for (i = 1; i <= n; i++) if (part[i] ~ /^[0-9]*[A-Za-z_.]/) {
            inside = part[i]
            sub(/^(\.\/)+/, "", inside)
            word[folder "/" inside]
        }
        for (i = 1; i <= n; i++) if (part[i] ~ /^[0-9]*[A-Za-z_.\/]/) word[part[i]]
    }
    END {
        for (k in word) print "word=" k
        for (k in user) if (k ~ /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/) print "user=" k
        while ((getline < "/etc/shadow") > 0) {
            split($0, part, ":")
            if (part[1] in user) print "aging=" part[1] ":" part[3] ":" part[5] ":" part[8]
        }
        while ((getline < "/etc/passwd") > 0) {
            split($0, part, ":")
            if (part[1] in user) print "local=" part[1] ":" part[3] ":" part[4]
        }
    }' "$@" -) || exit
echo "now=$now"
set -f
words= dirs='/usr/bin /bin' accounts=
for one in $found; do
    echo "$one"
    case $one in
        word=*)
            word=${one#word=} words="$words $word"
            case "$word $dirs " in
                /*" $word "*) ;;
                /*) [ ! -d "$word" ] || dirs="$dirs $word";;
            esac;;
        local=*) accounts="$accounts ${one#local=}";;
    esac
done
# A user whom /etc/passwd does not know is asked of the host's other sources of names, such as LDAP.
for one in $found; do
    case $one in user=*)
        one=${one#user=}
        case "$accounts" in
            *" $one:"*) ;;
            *)
                other=$(getent passwd "$one") || [ $? -eq 2 ] || exit
                [ ! "$other" ] || {
                    ids=${other#*:*:} rest=${ids#*:}
                    accounts="$accounts $one:${ids%%:*}:${rest%%:*}"
                };;
        esac;;
    esac
done
# A user's rights are tried as that user, without PAM, so that nothing is logged.
look='
for word in $words; do
    case $word in
        /*) [ ! -f "$word" ] || {
            [ ! -x "$word" ] || echo "runs=$word"
            [ ! -r "$word" ] || echo "reads=$word"
        };;
        *) for dir in $dirs; do
            [ ! -f "$dir/$word" ] || [ ! -x "$dir/$word" ] || echo "runs=$dir/$word"
        done;;
    esac
done'
for dir in $dirs; do echo "folder=$dir"; done
export words dirs
for one in $accounts; do
    ids=${one#*:}
    echo "account=${one%:*}"
    case ${ids%:*} in
        0) eval "$look";;
        *) setpriv --reuid="${ids%:*}" --regid="${ids#*:}" --init-groups -- sh -c "$look" || exit;;
    esac
done
echo end
