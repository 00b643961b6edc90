@ITEMS@
for folder; do
    shift
    [ ! -d "$folder" ] || set -- "$@" "$folder"
done
[ $# -eq 0 ] || stat -L -c '%a %U:%G %n' -- "$@" || exit
echo end
