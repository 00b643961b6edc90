"""Names and steps that several faults need."""

PRIMARY_WEB, STANDBY_WEB = "berlin-web1", "ashburn-web1"
STANDBY_DB = "ashburn-db1"
CODE = "/opt/pretix/venv/lib/python3.13/site-packages"
SETTINGS = "/etc/pretix/pretix.cfg"
RESTART = "systemctl restart pretix-web pretix-worker"


def edited(file: str, change: str, then: str) -> tuple[str, str]:
    """Scripts that change a file with sed, which must change something, and that put it back."""
    kept = f"/root/{file.rpartition('/')[2]}.kept"
    set_ = f"""
        cp -p {file} {kept}.part && mv {kept}.part {kept}
        sed -i '{change}' {file}
        ! cmp -s {file} {kept}
        {then}
    """
    mended = f"rm -f {kept}.part; [ ! -f {kept} ] || {{ cp -p {kept} {file}; rm {kept}; {then}; }}"
    return set_, mended
