echo '[unit]'
@LOOK_UP@
readers=$pids
case $pids in *" "*) readers=@READERS@;; esac
echo '[started]'
[ "$main" -gt 0 ] || { printf '%s\n' '[unreadable]' end; exit 0; }
set --
for pid in $readers; do
    set -- "$@" "/proc/$pid/stat"
done
@STARTED@
echo '[unreadable]'
user= group= groups=
for pid in $readers; do
    while read -r key one two rest; do
        case $key in
            Uid:) user=$two;;
            Gid:) group=$two;;
            Groups:) groups="$one $two $rest";;
        esac
    done <"/proc/$pid/status"
done 2>/dev/null
list=
for one in $groups; do
    list=$list,$one
done
case $list in ?*) list=--groups=${list#,};; *) list=--clear-groups;; esac
set --
for file in @PATHS@; do
    [ ! -e "$file" ] || set -- "$@" "$file"
done
setpriv --reuid="$user" --regid="$group" "$list" \
    sh -c 'for file; do [ -r "$file" ] || printf "%s\n" "$file"; done' sh "$@" || exit
echo end
