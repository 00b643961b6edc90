# Size, dates and path of each file, then all contents in a row, compressed: the sizes tell where each one
# ends, so no end mark is needed. Of more than the reader takes, a digest of each file in place of the contents.
set --
for file in @PATHS@; do [ ! -f "$file" ] || set -- "$@" "$file"; done
[ $# -eq 0 ] || stat -L -c '%s %.9Z %Y %n' -- "$@" || exit
[ $# -gt 0 ] || { echo '[content]'; exit; }
sizes=$(stat -L -c %s -- "$@") || exit
bytes=0
for size in $sizes; do bytes=$((bytes + size)); done
if [ "$bytes" -gt @MOST@ ]; then
    echo '[digests]'
    exec sha256sum -- "$@"
fi
echo '[content]'
cat -- "$@" | gzip -c
