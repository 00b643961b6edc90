# Where jobs are scheduled, and which of a few fixed words their lines have; no line itself leaves the host.
#   own PATH            a job that no package brought
#   words PATH WORD     a line, a script or a unit with that word
packaged=
for file in /var/lib/dpkg/info/*.conffiles; do
    [ ! -e "$file" ] || { packaged=$(grep -hoE '/etc/cron[^ ]*' /var/lib/dpkg/info/*.conffiles) || [ $? -eq 1 ] || exit; }
    break
done
set --
for file in /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/tabs/* \
    /var/spool/cron/* /etc/crontabs/* /var/spool/cron/atjobs/* /var/spool/at/* \
    /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /etc/cron.monthly/* /etc/periodic/*/* \
    /etc/systemd/system/*.timer /run/systemd/system/*.timer /run/systemd/transient/*.timer \
    /usr/local/lib/systemd/system/*.timer /usr/lib/systemd/system/*.timer /lib/systemd/system/*.timer
do
    [ -f "$file" ] || continue
    case $file in
        /lib/*) [ ! -L /lib ] || continue;;
        /var/spool/*/.SEQ|*/.placeholder) continue;;
    esac
    set -- "$@" "$file"
    case $file in *.timer)
        service=${file%.timer}.service
        [ ! -f "$service" ] || set -- "$@" "$service";;
    esac
done
[ $# -gt 0 ] || { echo end; exit; }
PACKAGED=$packaged awk '
    BEGIN {
        n = split(ENVIRON["PACKAGED"], part, "\n")
        for (i = 1; i <= n; i++) packaged[part[i]]
        most = split(@WORDS@, word, " ")
    }
    FNR == 1 {
        table = FILENAME ~ /^\/etc\/(crontab|anacrontab|cron\.d\/|crontabs\/)|^\/var\/spool\/cron\//
        unit = FILENAME ~ /\.(timer|service)$/
        # The lines of /etc/crontab and /etc/anacrontab that are not the distribution'"'"'s are told by themselves.
        own = unit ? FILENAME ~ /\.timer$/ && FILENAME !~ /^\/(usr\/)?lib\// : !(FILENAME in packaged)
        if (FILENAME ~ /^\/etc\/(crontab|anacrontab)$/) own = 2
        if (own == 1 && !table) print "own " FILENAME
        told = table ? 0 : 1
    }
    /^[ \t]*(#|;|$)/ { next }
    table && /^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*=/ { next }
    {
        if (table && own && !told && !(own == 2 && /run-parts|anacron/)) { told = 1; print "own " FILENAME }
        text = tolower($0)
        gsub(/subscription-manager|rhsm/, "", text)
        if (text FILENAME ~ /certbot|acme|letsencrypt|lego|dehydrated|getssl|kinit|krenew|dhcp|lease/)
            gsub(/renew/, "", text)
        for (i = 1; i <= most; i++) if (index(text, word[i]) && !((FILENAME, i) in seen)) {
            seen[FILENAME, i]
            print "words " FILENAME " " word[i]
        }
    }' "$@" || exit
echo end
