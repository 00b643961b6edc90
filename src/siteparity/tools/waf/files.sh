main=@MAIN@ set=@RULE_SET@ all= wanted=@MAIN@
prefix=${main%/*}
newline='
'
echo '[text]'
# A level of includes at a time.
while [ "$wanted" ]; do
    set --
    IFS=$newline
    for file in $wanted; do
        case $newline$all$newline in *"$newline$file$newline"*) continue;; esac
        all=$all$newline$file
        case $file in "$set"/*) continue;; esac
        if [ -f "$file" ]; then set -- "$@" "$file"; else echo "?$file"; fi
    done
    [ $# -gt 0 ] || break
    # Of each line that is no comment, the text, and below it what it includes. A blank before the text keeps it
    # apart from the lines that are ours.
    text=$(awk '
        FNR == 1 { print "=" FILENAME }
        { sub(/^[ \t]+/, ""); sub(/[ \t\r]+$/, "") }
        /^(#|$)/ { next }
        {
            print " " $0
            rest = $0
            while (match(rest, /@INCLUDE@/)) {
                word = substr(rest, RSTART, RLENGTH)
                rest = substr(rest, RSTART + RLENGTH)
                sub(/^[ \t;{]/, "", word)
                sub(/^[^ \t]+[ \t]+/, "", word)
                gsub(/[\042\047]/, "", word)
                print "+" word
            }
        }' "$@") || exit
    printf '%s\n' "$text"
    wanted= from=
    set -f
    for line in $text; do
        case $line in
            =*) from=${line#=};;
            +*)
                file=${line#+}
                case $file in
                    /*) places=$file;;
                    *) places=$prefix/$file$newline${from%/*}/$file;;
                esac
                for place in $places; do
                    set +f
                    found=
                    for file in $place; do [ ! -e "$file" ] || found=$found$newline$file; done
                    set -f
                    if [ "$found" ]; then wanted=$wanted$found; continue 2; fi
                done
                # A wildcard may match nothing; a name must be there.
                case $place in *[*?[]*) ;; *) wanted=$wanted$newline$place;; esac;;
        esac
    done
    set +f
done
echo '[changed]'
set --
for file in $all; do [ ! -f "$file" ] || set -- "$@" "$file"; done
# A file is as young as the younger of itself and the link to it.
find -P "$@" "$set" -maxdepth 1 -printf '%C@ %p\n' || exit
find -L "$@" "$set" -maxdepth 1 -printf '%C@ %p\n' || exit
echo '[set]'
find -L "$set" -maxdepth 1 -type f -exec sha256sum -- {} + || exit
echo '[lines]'
wanted='^[[:space:]]*Sec(ComponentSignature|RuleEngine|RuleRemove|RuleUpdate)'
grep -HE "$wanted" -- "$set"/*.conf || [ $? -eq 1 ] || exit
echo end
