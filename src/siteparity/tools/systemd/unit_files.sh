# Prints "f<TAB>PATH<TAB>SIZE" for each file, "l<TAB>PATH<TAB>TARGET" for each link, "c<TAB>PATH<TAB>LINE" for
# each line of a file that is no package's, and the digest of each packaged file.
look() {
    # find gets the folders one by one, so that it follows links to folders.
    for place in @PLACES@; do
        [ -d $place ] || continue
        case $place in /lib/*) [ ! /usr/lib/systemd/system -ef $place ] || continue;; esac
        for folder in $place/ $place/*/; do
            [ ! -d "$folder" ] || set -- "$@" "$folder"
        done
    done
    [ $# -gt 0 ] || { echo 'no folder of unit files' >&2; exit 1; }
    find "$@" -ignore_readdir_race -mindepth 1 -maxdepth 1 \
        \( -type l -printf 'l\t%p\t%l\n' -o -type f -printf 'f\t%p\t%s\n' \) , \
        \( -type f -o -type l -lname '/*' ! -lname '/lib/systemd/*' ! -lname '/usr/lib/systemd/*' \
            ! -lname '/etc/systemd/*' ! -lname '/run/systemd/*' -xtype f \) \
        ! -path '*.wants/*' ! -path '*.requires/*' ! -path '*.upholds/*' \
        ! -path '/run/systemd/generator*' ! -path '/run/systemd/transient/*' \
        \( -path '/usr/lib/*' -exec sha256sum {} + -o -path '/lib/*' -exec sha256sum {} + -o \
            -exec awk '{ print "c\t" FILENAME "\t" $0 }' {} + \)
}
generated() { stat -c '%i %z' @GENERATED@* @GENERATED@*/*; }

# A reload of the manager removes what generators made and makes it again: then look once more.
for try in 1 2 3 4 5; do
    before=$(generated)
    found=$(look) && [ "$before" = "$(generated)" ] && { printf '%s\n' '[entries]' "$found" end; exit 0; }
    sleep 0.2
done 2>/dev/null
look >/dev/null || exit
echo 'unit files change all the time' >&2
exit 1
