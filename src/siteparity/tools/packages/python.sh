echo '[environments]'
@ITEMS@
for place; do
    printf 'place\t%s\n' "$place"
    if [ ! -d "$place" ]; then echo absent; continue; fi
    cd "$place" || exit
    for one in *.dist-info *.egg-info \
        lib/python3*/site-packages/*.dist-info lib/python3*/site-packages/*.egg-info
    do
        [ ! -e "$one" ] || printf 'found\t%s\n' "${one##*/}"
    done
    if [ -e pyvenv.cfg ]; then set -- lib/python3*/site-packages/*; else set -- *; fi
    for one; do
        case $one in *-info|*/__pycache__|__pycache__) continue;; esac
        [ ! -e "$one" ] || printf 'other\t%s\n' "${one##*/}"
    done
done
echo end
