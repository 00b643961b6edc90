# Who the host is, and whether what follows may be asked as root. Prints no secret.
echo '[user]'
id -u || exit
echo '[sudo]'
# In the very form in which the questions are asked. A sudo that waits for a server ends with the time.
if [ "$(id -u)" -ne 0 ]; then
    said=$(timeout -k 1 8 sudo -n timeout -k 2 5 sh -s </dev/null 2>&1) && echo works ||
        printf 'fails: %s\n' "$(printf '%s' "$said" | tail -n 1)"
fi
echo '[names]'
uname -n || exit
timeout 2 hostname -f 2>/dev/null || :
echo '[machine]'
[ ! -r /etc/machine-id ] || cat /etc/machine-id
echo
echo '[addresses]'
if command -v ip >/dev/null; then ip -o address show scope global | awk '{ print $4 }' || exit; fi
echo '[system]'
[ ! -r /etc/os-release ] || sed -n 's/^PRETTY_NAME=//p' /etc/os-release
echo end
