# For each link "link", path, owner; for each file "file", path, "KIND OWNER MODE LINKS SIZE"; each of these
# ends with a NUL byte. Then an empty tag, and the contents of all regular files in a row: find passes them to
# cat when it has printed all headers. The last place, /, makes the empty tag.
places=
for place in @SYSTEM@ @FOLDER@ @SPOOL@ @OTHERS@; do
    [ ! -e $place ] && [ ! -L $place ] || places="$places $place"
done
for file in @SYSTEM@ @FOLDER@/* @SPOOL@/*; do
    [ ! -L "$file" ] || find -P "$file" -prune -printf 'link\0%p\0%U\0' || exit
done
find -L $places / -maxdepth 1 -path / -prune -printf '\0' -o ! -name '.*' \
    -printf 'file\0%p\0%y %U %m %n %s\0' -type f -exec cat -- {} +
