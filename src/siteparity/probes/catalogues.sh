# Size, dates and path of each file, then all contents in a row, as the bytes that they are: the sizes tell
# where each one ends, so no end mark is needed.
set --
for file in @PATHS@; do [ ! -f "$file" ] || set -- "$@" "$file"; done
[ $# -eq 0 ] || stat -L -c '%s %.9Z %Y %n' -- "$@" || exit
echo '[content]'
[ $# -eq 0 ] || cat -- "$@"
