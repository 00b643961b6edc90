# Makes what a mount namespace of its own sees a machine of its own, by binding files over those of this one, and
# then starts what it is told. $1 is the folder of its files, $2 its name; the rest is the program.
cd "$1" || exit
hostname "$2" || exit
shift 2
bind() { mount --bind "$1" "$2" || exit; }

od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >machine-id && echo >>machine-id
bind machine-id /etc/machine-id

# A few packages alone, so that their files are read in no time.
mkdir -p dpkg/info dpkg/updates dpkg/triggers
for name in bash dpkg openssh-server xz-utils; do
    awk -v RS= -v ORS='\n\n' -v name="$name" '$0 ~ "^Package: " name "\n"' /var/lib/dpkg/status
    cp /var/lib/dpkg/info/"$name".* /var/lib/dpkg/info/"$name":* dpkg/info/ 2>/dev/null
done >dpkg/status
touch dpkg/diversions dpkg/statoverride dpkg/available
cp /var/lib/dpkg/info/format dpkg/info/

for file in passwd group shadow; do cp -p /etc/$file $file; done
for user in plain able noisy; do
    id=$((id + 1))
    shell=/bin/sh
    [ $user != noisy ] || shell=$PWD/noisy
    echo "$user:x:424$id:424$id::/:$shell" >>passwd
    echo "$user:x:424$id:" >>group
    echo "$user:*:19000:0:99999:7:::" >>shadow
done
printf '#!/bin/sh\necho "Welcome, and no answer"\nexec /bin/sh "$@"\n' >noisy
chmod 755 noisy
rm -rf sudoers.d && mkdir sudoers.d
echo 'able ALL=(root) NOPASSWD: ALL' >sudoers.d/able
echo 'plain ALL=(root) ALL' >sudoers.d/plain
chmod 440 sudoers.d/*
printf '127.0.0.1 localhost\n198.51.100.%s %s.%s.example %s\n' 1 "$(hostname)" "$(hostname)" "$(hostname)" >hosts
mkdir -p cron.d pam.d sysctl.d && cp -p /etc/cron.d/* cron.d/ && cp -p /etc/pam.d/* pam.d/
cp -p /lib/systemd/system/ssh.service ssh.service && cp -p /etc/ssh/sshd_config sshd_config.host
echo "# of $(hostname) at $(hostname).$(hostname).example" >>pam.d/login

[ ! -e ./differences ] || . ./differences

bind dpkg /var/lib/dpkg
for file in passwd group shadow sudoers.d hosts cron.d pam.d; do bind $file /etc/$file; done
bind ssh.service /lib/systemd/system/ssh.service
bind sshd_config.host /etc/ssh/sshd_config
exec "$@"
