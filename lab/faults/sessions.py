"""Sessions that come from the other site, each time for another reason."""

from lab.faults import Fault


def _setting(site: str, other: str) -> tuple[str, str]:
    """Let the shop of one site store its sessions at the other; and the way back."""
    change = "sed -i 's/@sessions[.]{0}[.]/@sessions.{1}./' /etc/shop/shop.env\nsystemctl restart shop\n"
    return change.format(site, other), change.format(other, site)


_CONNECTED = """
    for _ in $(seq 50); do
        [ "$(ss -Htn state established dport = :6379 | grep -c 198.18.{0}.41)" -ge 3 ] && exit 0
        sleep 0.1
    done
    echo "the workers are not connected" >&2; exit 1
"""
_OVERRIDE = "echo '198.18.1.41 sessions.arizona.shop.example' >>/etc/hosts\n"
_NO_OVERRIDE = """
    grep -v sessions.arizona /etc/hosts >/run/hosts || true
    cat /run/hosts >/etc/hosts
    rm /run/hosts
"""

SETTINGS, KEPT, DROP_IN = "/etc/shop/shop.env", "/root/shop.env.kept", "/etc/systemd/system/shop.service.d"
MORE = "/etc/shop/more.env"

TO_DALLAS, TO_ARIZONA = _setting("arizona", "dallas"), _setting("dallas", "arizona")

FAULTS = (
    Fault(
        name="session_setting_of_the_other_site",
        sentence="One web host of the standby was set up from a copy of the primary's settings.",
        hosts=("arizona-web2",),
        break_=TO_DALLAS[0] + _CONNECTED.format(1),
        mend=TO_DALLAS[1],
        healthy=f"( {_CONNECTED.format(2)} )",
    ),
    Fault(
        name="session_setting_of_the_other_site_at_the_primary",
        sentence="One web host of the primary keeps its sessions at the standby.",
        hosts=("dallas-web1",),
        break_=TO_ARIZONA[0] + _CONNECTED.format(2),
        mend=TO_ARIZONA[1],
        healthy=f"( {_CONNECTED.format(1)} )",
    ),
    Fault(
        name="session_name_resolves_to_the_other_site",
        sentence="The setting is right; a line in /etc/hosts leads its name to the other site.",
        hosts=("arizona-web1",),
        break_=_OVERRIDE + "systemctl restart shop\n" + _CONNECTED.format(1),
        mend=_NO_OVERRIDE + "systemctl restart shop",
        healthy=f"( {_CONNECTED.format(2)} )",
    ),
    Fault(
        name="session_workers_connected_to_the_other_site",
        sentence="Setting and name are right; the running workers still hold their old connections.",
        hosts=("arizona-web1",),
        break_=f"{_OVERRIDE}systemctl restart shop\n( {_CONNECTED.format(1)} )\n{_NO_OVERRIDE}",
        mend=_NO_OVERRIDE + "systemctl restart shop",
        healthy=f"( {_CONNECTED.format(2)} )",
    ),
    Fault(
        name="session_password_edited_without_restart",
        sentence="The setting of one standby web host has a wrong password; the shop runs with the good one.",
        hosts=("arizona-web1",),
        break_=f"cp -p {SETTINGS} {KEPT}\nsed -i 's#redis://shop:[^@]*@#redis://shop:changed@#' {SETTINGS}",
        mend=f"[ ! -f {KEPT} ] || mv {KEPT} {SETTINGS}",
    ),
    Fault(
        name="session_setting_overridden_by_another_file",
        sentence="A second settings file names the primary's Redis; it takes effect at the next restart.",
        hosts=("dallas-web1", "dallas-web2", "arizona-web1", "arizona-web2"),
        break_=f"""
            mkdir -p {DROP_IN}
            sed -n 's/[.]arizona[.]/.dallas./; /^SHOP_SESSION_URL=/p' {SETTINGS} >{MORE}
            printf '[Service]\\nEnvironmentFile={MORE}\\n' >{DROP_IN}/more.conf
            systemctl daemon-reload
        """,
        mend=f"rm -f {DROP_IN}/more.conf {MORE}; rmdir {DROP_IN} || true; systemctl daemon-reload",
    ),
    Fault(
        name="session_setting_edited_without_restart",
        sentence="The standby's setting was edited to another database number, and the shop not restarted.",
        hosts=("arizona-web1", "arizona-web2"),
        break_="sed -i 's#:6379/0#:6379/1#' /etc/shop/shop.env",
        mend="sed -i 's#:6379/1#:6379/0#' /etc/shop/shop.env",
    ),
)
