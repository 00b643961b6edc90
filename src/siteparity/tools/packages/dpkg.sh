cd /var/lib/dpkg/info || exit
echo '[packages]'
dpkg-query --show --showformat='${Package}\t${Architecture}\t${Version}\t'\
'${db:Status-Want} ${db:Status-Eflag} ${db:Status-Status}\n' || exit
echo '[audit]'
dpkg --audit || [ $? -eq 1 ] || exit
printf '\n%s\n' '[architectures]'
dpkg --print-architecture || exit
[ ! -e ../arch ] || cat ../arch || exit
echo '[lists]'
sha256sum -- *.md5sums || exit
echo end
