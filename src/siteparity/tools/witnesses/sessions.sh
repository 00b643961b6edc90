# Session files of PHP, wherever the distributions put them.
for file in /var/lib/php*/session*/sess_* /var/lib/php/*/session*/sess_* /var/opt/remi/*/lib/php/session/sess_* \
    /var/lib/php*/sess_* /tmp/sess_* /var/tmp/sess_*
do
    [ ! -f "$file" ] || { printf '%s\n' "${file%/*}"; break; }
done
echo end
