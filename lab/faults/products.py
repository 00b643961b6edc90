"""What nginx and sshd of the usual pair would not start with, or run with; the pair of webmail has more."""

from lab.faults import Fault

_KEY = "/var/lib/nginx/tickets.key"
_TICKETS = "/etc/nginx/conf.d/tickets.conf"
_LOAD = "nginx -t -q && nginx -s reload"
_SSHD = "/etc/ssh/sshd_config.d/99-sessions.conf"

FAULTS = (
    Fault(
        name="nginx_ticket_key_gone",
        sentence="The standby's edge lost its key of TLS tickets: nginx runs on, and would not start again.",
        hosts=("dallas-edge1", "arizona-edge1"),
        seen_on=("arizona-edge1",),
        break_=f"""
            head -c 80 /dev/urandom >{_KEY}
            chmod 600 {_KEY}
            echo 'ssl_session_ticket_key {_KEY};' >{_TICKETS}
            {_LOAD}
            [ "$(hostname)" != arizona-edge1 ] || rm {_KEY}
        """,
        mend=f"rm -f {_TICKETS} {_KEY}\n{_LOAD}",
    ),
    Fault(
        name="fewer_sessions_of_sshd",
        sentence="sshd of one web host of the standby lets a connection have fewer sessions.",
        hosts=("arizona-web1",),
        break_=f"echo 'MaxSessions 5' >{_SSHD}\nsystemctl reload ssh",
        mend=f"rm -f {_SSHD}\nsystemctl reload ssh",
    ),
)
