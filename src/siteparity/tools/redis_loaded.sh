# "f NAME DIGEST" for each library of functions. Then "m " and the modules as JSON without their arguments, which
# may be secrets. A Redis before 7.0 knows no functions.
redis() { @CLIENT@ "$@" 2>&1; }
told=$(redis FUNCTION LIST) || case $told in
    *"unknown command"*) told= ;;
    *) printf '%s\n' "$told" >&2; exit 1 ;;
esac
for name in $(printf '%s\n' "$told" | sed -n '/^library_name$/{n;p;}'); do
    code=$(redis FUNCTION LIST LIBRARYNAME "$name" WITHCODE) || { printf '%s\n' "$code" >&2; exit 1; }
    digest=$(printf '%s\n' "$code" | sed '1,/^library_code$/d' | sha256sum) || exit
    echo "f $name ${digest%% *}"
done
told=$(redis --json MODULE LIST) || { printf '%s\n' "$told" >&2; exit 1; }
printf '%s\n' "$told" | tr -d '\n' | sed -E 's/^/m /; s/"args": *\[([^]"]|"([^"\\]|\\.)*")*\]/"args":[]/g'
printf '\nend\n'
