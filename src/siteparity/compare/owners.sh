# Which package brought each path, as "PACKAGE: PATH". A path that no package brought has no line.
@ITEMS@
[ $# -gt 0 ] || { echo end; exit; }
if [ -s /var/lib/dpkg/status ]; then
    dpkg-query --search -- "$@" 2>/dev/null || [ $? -eq 1 ] || exit
elif command -v rpm >/dev/null; then
    for path; do
        name=$(rpm -qf --queryformat '%{NAME}\n' -- "$path" 2>/dev/null) || continue
        printf '%s: %s\n' "${name%%"
"*}" "$path"
    done
fi
echo end
