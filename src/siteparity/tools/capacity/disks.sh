# A network's file system could hang, so it is asked only if it is named.
set -- /
@NAMED@
seen=' '
while read -r _ _ device _ target rest; do
    type=${rest#* - }
    case ${type%% *} in @LOCAL@) ;; *) continue;; esac
    # A file system that is mounted in several places is asked once.
    case $seen in *" $device "*) continue;; esac
    # Containers mount single files, which are no file systems of their own.
    target=$(printf %b "$target")
    [ -d "$target" ] || continue
    seen="$seen$device "
    [ "$target" = / ] || set -- "$@" "$target"
done </proc/self/mountinfo || exit
df --block-size=1 --output=itotal,iavail,size,used,avail,target -- "$@" || exit
echo end
