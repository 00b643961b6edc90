"""Names and steps that several faults need."""

PRIMARY_WEB, STANDBY_WEB = "berlin-web1", "ashburn-web1"
PRIMARY_DB, STANDBY_DB = "berlin-db1", "ashburn-db1"
CODE = "/opt/pretix/venv/lib/python3.13/site-packages"
SETTINGS = "/etc/pretix/pretix.cfg"
_VISIT = (
    "from urllib.request import Request, urlopen; "
    'urlopen(Request("http://127.0.0.1:8345/demo/conf/", '
    'headers={"Host": "www.tickets.example", "X-Forwarded-Proto": "https"}), timeout=20)'
)
RESTART = (
    "systemctl restart pretix-web pretix-worker\n"
    f"for one in $(seq 60); do python3 -c '{_VISIT}' 2>/dev/null && break; sleep 1; done"
)
"""Until a page is shown again: pretix connects to its Redis when somebody visits it."""


def edited(fault: str, file: str, change: str, then: str) -> tuple[str, str]:
    """Scripts that change a file with sed, which must change something, and put it back.

    Each fault keeps a copy of its own, since several may change one file. They are mended the other way
    round.
    """
    kept = f"/root/{fault}.kept"
    set_ = f"""
        cp -p {file} {kept}.part && mv {kept}.part {kept}
        sed -i '{change}' {file}
        if cmp -s {file} {kept}; then echo 'nothing to change in {file}' >&2; exit 1; fi
        {then}
    """
    mended = f"rm -f {kept}.part; [ ! -f {kept} ] || {{ cp -p {kept} {file}; rm {kept}; {then}; }}"
    return set_, mended
