set --
for place in @PLACES@; do
    folder=$place/@NAME@
    # /lib may be a link to /usr/lib, whose files have been read already.
    case $place in /lib) [ ! /usr/lib -ef /lib ] || continue;; esac
    for file in "$folder"/*.conf; do
        [ -e "$file" ] || [ -L "$file" ] || continue
        printf 'file\t%s\n' "$file"
        [ ! -s "$file" ] || set -- "$@" "$file"
    done
done
[ $# -eq 0 ] || awk '{ print "line\t" FILENAME "\t" $0 }' "$@" || exit
