echo '[rpm]'
rpm -qa --qf '%{NAME}\t%{ARCH}\t%|EPOCH?{%{EPOCH}:}|%{VERSION}-%{RELEASE}\t'\
'%|SHA256HEADER?{%{SHA256HEADER}}|\n' || exit
echo '[held]'
set --
for file in /etc/dnf/plugins/versionlock.list /etc/yum/pluginconf.d/versionlock.list \
    /etc/dnf/dnf.conf /etc/yum.conf
do
    [ ! -f $file ] || set -- "$@" $file
done
[ $# -eq 0 ] || awk '$0 !~ /^ *(#|$)/ && (FILENAME ~ /versionlock/ || /^ *exclude/)' "$@" || exit
echo '[architectures]'
rpm --eval '%{_arch}' || exit
echo end
