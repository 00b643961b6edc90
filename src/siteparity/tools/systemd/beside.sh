# What runs beside the units of the manager: users whose own manager a boot starts (loginctl enable-linger), and
# containers whose control groups are no units (Docker's and Kubernetes' driver cgroupfs, LXC).
for file in /var/lib/systemd/linger/*; do
    [ ! -e "$file" ] || printf 'user\t%s\n' "${file##*/}"
done
groups() {
    kind=$1
    shift
    for folder; do
        [ ! -d "$folder" ] || printf '%s\t%s\n' "$kind" "${folder##*/}"
    done
}
for root in /sys/fs/cgroup /sys/fs/cgroup/systemd; do
    groups docker "$root"/docker/????????????????????????????????????????????????????????????????
    groups kubernetes "$root"/kubepods/pod* "$root"/kubepods/*/pod*
    groups lxc "$root"/lxc.payload.* "$root"/lxc/[!.]*
done
echo end
