"""What runs is not what is installed or configured."""

from lab.faults import Fault
from lab.faults.catalogues import ASK, RESTART
from lab.faults.services import WEB

SETTINGS, KEPT = "/etc/shop/shop.env", "/root/runtime.env"
UNIT_KEPT = "/root/runtime.unit"
MODULE = "/usr/lib/python3/dist-packages/psycopg2/_psycopg.*.so"
CRON = "/usr/sbin/cron"
VERSION = "/srv/shop/VERSION"
CODE = "/srv/shop"
PAGES = f"{CODE}/shop/web.py"
PATCHED = "/root/release.patched"
LIBRARY = "/usr/lib/python3/dist-packages/flask/app.py"
MARK = "/run/systemd/container"
MODULE_SOURCE, MODULE_COPY = f"{CODE}/shop/log.py", f"{CODE}/shop/__pycache__/log.cpython-311.pyc"
BOUGHT = f"{CODE}/shop/bought"
_CHECKED, _UNCHECKED = 3, 1


def _edited_unit(name: str, sentence: str, hosts: tuple[str, ...], unit: str) -> Fault:
    """A unit file is saved by an editor without changing any setting."""
    file = f"/etc/systemd/system/{unit}"
    return Fault(
        name,
        sentence,
        hosts,
        f"cp -p {file} {UNIT_KEPT}.unfinished\nmv {UNIT_KEPT}.unfinished {UNIT_KEPT}\n"
        f"echo '# reviewed' >>{file}",
        f"rm -f {UNIT_KEPT}.unfinished\n[ ! -f {UNIT_KEPT} ] || mv {UNIT_KEPT} {file}\n"
        "systemctl daemon-reload",
        f'[ "$(systemctl show --property=NeedDaemonReload --value {unit})" = no ]',
    )


def _edited_settings(name: str, sentence: str, hosts: tuple[str, ...], change: str) -> Fault:
    """The shop's settings are edited without a restart."""
    return Fault(
        name,
        sentence,
        hosts,
        f"cp -p {SETTINGS} {KEPT}.unfinished\nmv {KEPT}.unfinished {KEPT}\n{change}",
        f"rm -f {KEPT}.unfinished\n[ ! -f {KEPT} ] || mv {KEPT} {SETTINGS}",
        f"[ ! -e {KEPT} ] && [ -s {SETTINGS} ]",
    )


def _compiled(name: str, sentence: str, hosts: tuple[str, ...], flags: int) -> Fault:
    """A compiled module has other code, which the shop runs, and a header that names its source as before."""
    kept = "/root/log.pyc"
    write = f"""
import importlib.util as util, marshal, pathlib
text = pathlib.Path("{MODULE_SOURCE}").read_bytes()
header = util.MAGIC_NUMBER + ({flags}).to_bytes(4, "little") + util.source_hash(text)
code = compile(text + b"\\nSEEN = 1\\n", "{MODULE_SOURCE}", "exec")
pathlib.Path("{MODULE_COPY}").write_bytes(header + marshal.dumps(code))
"""
    return Fault(
        name,
        sentence,
        hosts,
        f"cp -p {MODULE_COPY} {kept}.part\nmv {kept}.part {kept}\npython3 - <<'END'{write}END\n{RESTART}",
        f"rm -f {kept}.part\n[ ! -f {kept} ] || {{ mv {kept} {MODULE_COPY}\n{RESTART}\n}}",
        f"[ ! -e {kept} ]",
    )


def _replace(path: str) -> str:
    """What an upgrade does: the path now names another file."""
    return f"for file in {path}; do cp -p $file $file.new && mv $file.new $file; done"


FEWER = f"sed -i 's/^SHOP_LANGUAGES=.*/SHOP_LANGUAGES=en,de/' {SETTINGS}"

PARTNER = "/run/systemd/system/shop.service.d/partner.conf"

FAULTS = (
    Fault(
        "key_of_a_service_differs",
        "The shop has another key of a partner at each site, and no file of settings names it.",
        WEB,
        f"""
            key=$(hostname | cut -d- -f1 | sha256sum | cut -c1-32)
            mkdir -p $(dirname {PARTNER})
            printf '[Service]\\nEnvironment=SHOP_PARTNER_KEY=%s\\n' $key >{PARTNER}
            systemctl daemon-reload
            systemctl restart shop
        """,
        f"rm -f {PARTNER}\nsystemctl daemon-reload\nsystemctl restart shop",
    ),
    Fault(
        "kernel_newer_than_what_runs",
        "A machine of the standby with a kernel of its own got a newer one, and was not restarted.",
        ("arizona-sessions1",),
        # A container plays it: without the mark of a container, and with kernels where boot loaders look.
        f"""
            mv {MARK} {MARK}.kept
            mkdir -p /boot
            touch /boot/vmlinuz-$(uname -r) /boot/vmlinuz-999.$(uname -r)
        """,
        f"""
            rm -f /boot/vmlinuz-*
            [ ! -e {MARK}.kept ] || mv {MARK}.kept {MARK}
        """,
    ),
    Fault(
        "library_replaced_under_services",
        "The database driver was upgraded on one web host of the standby; the shop still runs the old one.",
        ("arizona-web2",),
        _replace(MODULE),
        "systemctl restart shop",
    ),
    Fault(
        "program_replaced_under_its_service_at_primary",
        "Cron was upgraded on the primary's database host, and the old one still runs.",
        ("dallas-db1",),
        _replace(CRON),
        "systemctl restart cron",
    ),
    Fault(
        "release_deployed_without_restart",
        "A release was deployed to one web host of the primary, and the shop not restarted.",
        ("dallas-web1",),
        _replace(VERSION),
        "systemctl restart shop",
    ),
    Fault(
        "release_deployed_without_restart_at_both_sites",
        "A release was deployed to every web host, and no shop was restarted.",
        WEB,
        _replace(VERSION),
        "systemctl restart shop",
    ),
    Fault(
        "release_patched_and_put_back",
        "A web host of the standby runs a patch; the file was put back afterwards, with its time.",
        ("arizona-web1",),
        f"""
            cp -p {PAGES} {PATCHED}.unfinished && mv {PATCHED}.unfinished {PATCHED}
            echo '# a patch' >>{PAGES}
            {RESTART}
            cp -p {PATCHED} {PAGES}
        """,
        f"""
            rm -f {PATCHED}.unfinished
            [ ! -f {PATCHED} ] || mv {PATCHED} {PAGES}
            systemctl restart shop
        """,
        ASK.format(page="/healthz"),
    ),
    Fault(
        "release_rolled_back_by_its_link_at_both_sites",
        "On every web host the link was set back to the previous release, and no shop was restarted.",
        WEB,
        f"""
            mv {CODE} {CODE}.new
            cp -a {CODE}.new {CODE}.old
            ln -s {CODE}.new {CODE}
            {RESTART}
            ln -sfn {CODE}.old {CODE}
        """,
        f"""
            [ ! -d {CODE}.new ] || {{ [ -d {CODE} ] && [ ! -L {CODE} ]; }} ||
                {{ rm -f {CODE}; mv {CODE}.new {CODE}; }}
            rm -rf {CODE}.new {CODE}.old
            systemctl restart shop
        """,
        f"[ ! -L {CODE} ] && {ASK.format(page='/healthz')}",
    ),
    Fault(
        "release_moved_into_place_at_both_sites",
        "On every web host a release that was prepared earlier was moved over the running one.",
        WEB,
        f"""
            cp -a {CODE} {CODE}.next
            {RESTART}
            mv {CODE} {CODE}.old
            mv {CODE}.next {CODE}
        """,
        f"""
            [ ! -d {CODE}.old ] || {{ rm -rf {CODE}; mv {CODE}.old {CODE}; }}
            rm -rf {CODE}.next
            systemctl restart shop
        """,
        ASK.format(page="/healthz"),
    ),
    Fault(
        "library_renewed_without_restart",
        "A Python library was upgraded on the standby, and one of its web hosts was not restarted.",
        ("arizona-web2",),
        _replace(LIBRARY),
        "systemctl restart shop",
    ),
    Fault(
        "variable_set_in_the_service_manager",
        "On one web host of the standby somebody set PYTHONPATH in systemd's own environment.",
        ("arizona-web1",),
        "systemctl set-environment PYTHONPATH=/root/modules",
        # Mending another fault may have restarted the shop meanwhile; so with the faults of other variables.
        "systemctl unset-environment PYTHONPATH; systemctl restart shop",
        alone=True,  # each program that another fault starts would have it
    ),
    _edited_unit(
        "unit_edited_without_reload",
        "An obscure unit file was edited on one web host of the standby, without daemon-reload.",
        ("arizona-web1",),
        "shop-report.timer",
    ),
    _edited_unit(
        "unit_edited_without_reload_at_both_sites",
        "The unit file of the shop was edited on every web host, without daemon-reload.",
        WEB,
        "shop.service",
    ),
    _edited_settings(
        "setting_edited_without_restart",
        "From its next restart one web host of the standby will serve only two languages.",
        ("arizona-web1",),
        FEWER,
    ),
    _edited_settings(
        "setting_edited_without_restart_at_both_sites",
        "From its next restart every web host will serve only two languages.",
        WEB,
        FEWER,
    ),
    Fault(
        "setting_put_back_without_restart",
        "A standby web host was restarted with a setting for a test; the file was put back, with its time.",
        ("arizona-web2",),
        f"""
            cp -p {SETTINGS} {KEPT}.unfinished && mv {KEPT}.unfinished {KEPT}
            echo SHOP_UNDER_TEST=yes >>{SETTINGS}
            {RESTART}
            cp -p {KEPT} {SETTINGS}
        """,
        f"""
            rm -f {KEPT}.unfinished
            [ ! -f {KEPT} ] || mv {KEPT} {SETTINGS}
            systemctl restart shop
        """,
        ASK.format(page="/healthz"),
    ),
    _edited_settings(
        "setting_added_without_restart_at_primary",
        "A setting was added on one web host of the primary, and the shop not restarted.",
        ("dallas-web2",),
        f"echo SHOP_ADMIN_URL=http://admin.shop.example/ >>{SETTINGS}",
    ),
    _compiled(
        "compiled_module_of_other_code",
        "A compiled module of the shop on one web host of the standby has code that its source has not.",
        ("arizona-web1",),
        _CHECKED,
    ),
    _compiled(
        "compiled_module_of_other_code_at_primary",
        "A compiled module of the shop on one web host of the primary has code that its source has not.",
        ("dallas-web2",),
        _CHECKED,
    ),
    _compiled(
        "compiled_module_taken_unchecked_at_both_sites",
        "Every web host has a compiled module with other code that Python takes whatever its source says.",
        WEB,
        _UNCHECKED,
    ),
    Fault(
        "compiled_module_without_source",
        "One web host of the standby has a compiled module without its source among the code of the shop.",
        ("arizona-web2",),
        f"echo SEEN = 1 >{BOUGHT}.py\n"
        f'python3 -c \'import py_compile; py_compile.compile("{BOUGHT}.py", "{BOUGHT}.pyc")\'\n'
        f"rm {BOUGHT}.py\n{RESTART}",
        f"rm -f {BOUGHT}.py {BOUGHT}.pyc\n{RESTART}",
        f"[ ! -e {BOUGHT}.pyc ]",
    ),
)
