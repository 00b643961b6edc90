command -v findmnt >/dev/null || { echo 'findmnt: not found' >&2; exit 127; }
echo '[fstab]'
[ ! -e /etc/fstab ] || cat /etc/fstab || exit
printf '\n[devices]\n'
paths=$([ ! -e /etc/fstab ] || awk '
    $1 !~ /^#/ && NF > 2 {
        path = $1
        gsub(/"/, "", path)
        equals = index(path, "=")
        if (path ~ /^\/dev\//)
            print path
        else if (path ~ /^(PART)?(UUID|LABEL)=/)
            print "/dev/disk/by-" tolower(substr(path, 1, equals - 1)) "/" substr(path, equals + 1)
    }' /etc/fstab) || exit
set -f
set -- $paths
set +f
[ $# -eq 0 ] || stat -L -c '%n %t:%T' -- "$@" 2>/dev/null || :
echo '[mounts]'
sed -E 's/(lower|upper|work)dir=[^, ]*/\1dir=/g' /proc/self/mountinfo || exit
# Whom the root of a file system belongs to. One that comes from another machine is not asked: it may hang.
echo '[roots]'
awk '$0 ~ / - (@LOCAL@) / { gsub(/\\/, "\\0", $5); print $5 }' /proc/self/mountinfo |
    while IFS= read -r one; do printf '%b\0' "$one"; done |
    xargs -0 -r stat -c '%a %U:%G %n' -- 2>/dev/null
echo '[swaps]'
[ ! -e /proc/swaps ] || cat /proc/swaps || exit
echo '[units]'
for folder in @UNITS@; do
    for file in "$folder"/*.mount; do
        [ ! -s "$file" ] || printf '%s\n' "${file##*/}"
    done
done
echo '[verify]'
# Without BLKID_FILE libblkid would write its cache if a device is not there (libblkid(3)).
[ ! -e /etc/fstab ] || BLKID_FILE=/dev/null findmnt --verify --verbose 2>&1 || [ $? -eq 1 ] || exit
echo end
