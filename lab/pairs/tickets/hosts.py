"""Names and steps that several faults need."""

PRIMARY_WEB, STANDBY_WEB = "berlin-web1", "ashburn-web1"
PRIMARY_DB, STANDBY_DB = "berlin-db1", "ashburn-db1"
CODE = "/opt/pretix/venv/lib/python3.13/site-packages"
SETTINGS = "/etc/pretix/pretix.cfg"
RESTART = "systemctl restart pretix-web pretix-worker"


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
