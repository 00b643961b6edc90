# Each address of the third party once, and the way to the first one. A name without an address (status 2) is
# an answer as well.
echo '[addresses]'
found=$(timeout @SECONDS@ getent ahosts -- @SERVER@) || [ $? -eq 2 ] || exit
newline='
'
old=$IFS seen=' ' first=
IFS=$newline
for line in $found; do
    one=${line%% *}
    case $seen in
        *" $one "*) ;;
        *) seen="$seen$one " first=${first:-$one}; echo "$one";;
    esac
done
IFS=$old
echo '[way]'
[ -z "$first" ] || ip -o route get "$first" || exit
echo end
