echo '[files]'
# Everything but digests, unless every file is to be read.
rpm -Va --nodeps --noscripts @DIGESTS@
case $? in 0|1) ;; *) exit 3;; esac
[ '@DIGESTS@' ] || { echo end; exit 0; }
# Then the packages of which a file was touched more than a minute after the installation.
touched=$(awk 'BEGIN {
    FS = "\t"
    one = "%{=NAME}-%{=VERSION}-%{=RELEASE}.%{=ARCH}\\t%{=INSTALLTIME}\\t%{FILENAMES}\\n"
    ask = "rpm -qa --qf \"[" one "]\""
    while ((ask | getline) > 0) { owner[$3] = $1; laid[$3] = $2; n++ }
    if (close(ask) || !n) exit 3
    ask = ask " | cut -f3 | xargs -d \"\\n\" stat -c \"%Z\t%n\" 2>/dev/null"
    while ((ask | getline) > 0) if ($1 > laid[$2] + 60) found[owner[$2]] = 1
    for (one in found) print one
}') || exit 3
[ -z "$touched" ] || {
    rpm -V --nodeps --noscripts $touched
    case $? in 0|1) ;; *) exit 3;; esac
}
echo end
