printf 'cores %s\n' "$(nproc)"
while read -r key value _; do
    [ "$key" != MemTotal: ] || printf 'memory %s\n' "$value"
done </proc/meminfo || exit
cd /sys/fs/cgroup 2>/dev/null || { echo end; exit 0; }
tell() {
    [ -e "$2" ] || return 0
    read -r a b <"$2" || exit
    printf '%s %s %s\n' "$1" "$a" "$b"
}
tell most memory.max
tell most memory/memory.limit_in_bytes
tell share cpu.max
tell quota cpu/cpu.cfs_quota_us
tell period cpu/cpu.cfs_period_us
echo end
