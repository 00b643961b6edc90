# What a PostgreSQL server of this host serves, and to whom: one JSON object a line. No password, no row of a table.
owner=
for place in /proc/[0-9]*/comm; do
    case $(cat "$place" 2>/dev/null) in postgres|postmaster|edb-postgres) ;; *) continue;; esac
    owner=$(stat -c %U "${place%/comm}") && break
done
[ "$owner" ] || { echo end; exit; }
DATABASE=postgres DATABASE_USER=$owner
@PSQL@ || exit
echo end
