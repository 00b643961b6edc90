"""Configuration and releases that differ, or that nobody released."""

from lab.faults import Fault
from lab.faults.services import WEB
from lab.faults.storefront import SEAL
from lab.faults.waf import LOAD

EDGES = ("dallas-edge1", "arizona-edge1")
STORES = ("dallas-sessions1", "arizona-sessions1")

SITE = "/etc/nginx/conf.d/shop.conf"
NAMES = "/etc/nsswitch.conf"
LIMITS = "/etc/nginx/sites-enabled/limits"
BOOT_SCRIPT = "/etc/rc.local"
PRELOAD = "/etc/ld.so.preload"
LIBRARY = "/lib/x86_64-linux-gnu/libm.so.6"
CODE = "/srv/shop"


def _read_again(file: str) -> str:
    """Lets a service see that the file is again as it was when it was read."""
    if file.startswith(f"{CODE}/"):
        return "systemctl restart shop"
    return LOAD if file == SITE else ""


def _edited(name: str, sentence: str, hosts: tuple[str, ...], file: str, change: str) -> Fault:
    """A file is changed by a command, and restored. No service is told."""
    kept = f"/root/{name}"
    return Fault(
        name,
        sentence,
        hosts,
        f"cp -p {file} {kept}.unfinished\nmv {kept}.unfinished {kept}\n{change}\n! cmp -s {file} {kept}",
        f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || mv {kept} {file}\n{_read_again(file)}",
        f"[ ! -e {kept} ] && [ -s {file} ]",
    )


def _left(name: str, sentence: str, hosts: tuple[str, ...], file: str) -> Fault:
    """An upgrade left the other version of a configuration file, and nobody looked at it."""
    return Fault(name, sentence, hosts, f"echo '# of the new version' >{file}", f"rm -f {file}")


def _forced(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """A library is loaded into every program that starts."""
    return Fault(name, sentence, hosts, f"echo {LIBRARY} >{PRELOAD}", f"rm -f {PRELOAD}")


def _hand_edit(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """Somebody edited the release in place."""
    return _edited(name, sentence, hosts, f"{CODE}/shop/log.py", f"echo '# by hand' >>{CODE}/shop/log.py")


FAULTS = (
    _edited(
        "key_of_a_partner_differs",
        "Each edge shows the shop another key of a partner, since only one of them got the new one.",
        EDGES,
        SITE,
        f"key=$(hostname | sha256sum | cut -c1-32)\n"
        f'sed -i "/proxy_read_timeout 10s/a proxy_set_header X-Partner-Key $key;" {SITE}',
    ),
    _edited(
        "configuration_edited_at_primary",
        "The primary's edge waits longer for the shop than the standby's.",
        ("dallas-edge1",),
        SITE,
        f"sed -i 's/proxy_read_timeout 10s/proxy_read_timeout 30s/' {SITE}",
    ),
    _edited(
        "configuration_lines_swapped",
        "Two lines of a configuration file are swapped on the standby's Redis host.",
        ("arizona-sessions1",),
        NAMES,
        f"sed -i '/^group:/{{h;d}};/^shadow:/G' {NAMES}",
    ),
    _edited(
        "configuration_names_the_other_site",
        "Once reloaded, the standby's edge would send customers to a web host of the primary.",
        ("arizona-edge1",),
        SITE,
        f"sed -i 's/198[.]18[.]2[.]22:/198.18.1.22:/' {SITE}",
    ),
    _edited(
        "configuration_names_the_other_site_at_primary",
        "Once reloaded, the primary's edge would send customers to a web host of the standby.",
        ("dallas-edge1",),
        SITE,
        f"sed -i 's/198[.]18[.]1[.]22:/198.18.2.22:/' {SITE}",
    ),
    _edited(
        "edge_passes_everything_to_the_primary",
        "Once reloaded, the standby's edge would send every request to one web host of the primary.",
        ("arizona-edge1",),
        SITE,
        f"sed -i 's#proxy_pass http://shop;#proxy_pass http://198.18.1.21:8000;#' {SITE}",
    ),
    _edited(
        "balancer_names_one_host_twice",
        "Once reloaded, the standby's edge would send every request to the same one of its web hosts.",
        ("arizona-edge1",),
        SITE,
        f"sed -i 's/198[.]18[.]2[.]22:/198.18.2.21:/' {SITE}",
    ),
    _edited(
        "balancer_lacks_a_host_at_primary",
        "Once reloaded, the primary's edge would leave out one of its web hosts.",
        ("dallas-edge1",),
        SITE,
        f"sed -i '/198[.]18[.]1[.]22:/d' {SITE}",
    ),
    Fault(
        "boot_script_names_another_host",
        "A script of the web hosts names the host that it is on; that of one names its sibling.",
        WEB,
        f"""
            name=$(hostname)
            [ "$name" != arizona-web2 ] || name=arizona-web1
            printf '#!/bin/sh\n# %s\n' "$name" >{BOOT_SCRIPT}
        """,
        f"rm -f {BOOT_SCRIPT}",
        seen_on=("arizona-web2",),
    ),
    _edited(
        "accounts_looked_up_elsewhere",
        "One web host of the standby also asks a directory for accounts.",
        ("arizona-web1",),
        NAMES,
        f"sed -i 's/^passwd:.*/passwd:         files ldap/' {NAMES}",
    ),
    _edited(
        "passwords_hashed_otherwise_at_primary",
        "One database host of the primary stores new passwords with an outdated hash.",
        ("dallas-db1",),
        "/etc/pam.d/common-password",
        "sed -i 's/ yescrypt/ sha512/' /etc/pam.d/common-password",
    ),
    Fault(
        "configuration_file_missing",
        "A configuration file of a package is gone from one web host of the standby.",
        ("arizona-web1",),
        "mv /etc/gai.conf /root/gai.conf",
        "[ ! -f /root/gai.conf ] || mv /root/gai.conf /etc/gai.conf",
    ),
    Fault(
        "configuration_file_missing_at_both_sites",
        "A configuration file of a package is gone from every web host.",
        WEB,
        "mv /etc/gai.conf /root/gai.conf",
        "[ ! -f /root/gai.conf ] || mv /root/gai.conf /etc/gai.conf",
    ),
    _edited(
        "conffile_edited",
        "An obscure configuration file was edited on the standby's database host.",
        ("arizona-db1",),
        "/etc/login.defs",
        "sed -i 's/^UMASK.*/UMASK 077/' /etc/login.defs",
    ),
    Fault(
        "configuration_writable_by_all",
        "Everybody may write a configuration file of one web host of the primary.",
        ("dallas-web1",),
        f"chmod 0666 {NAMES}",
        f"chmod 0644 {NAMES}",
    ),
    Fault(
        "nginx_limit_of_one_more_file",
        "The standby's edge takes no large orders: somebody put a limit into a folder that nginx reads.",
        ("arizona-edge1",),
        f"echo 'client_max_body_size 100k;' >{LIMITS}\n{LOAD}",
        f"rm -f {LIMITS}\n{LOAD}",
    ),
    Fault(
        "nginx_limit_behind_a_link_at_primary",
        "Both edges include a limit through a symbolic link, and the primary's limit is different.",
        EDGES,
        f"""
            limit=10m; [ "$(hostname)" != dallas-edge1 ] || limit=1m
            echo "client_max_body_size $limit;" >/etc/nginx/sites-available/limits
            ln -sfn ../sites-available/limits {LIMITS}
            {LOAD}
        """,
        f"rm -f {LIMITS} /etc/nginx/sites-available/limits\n{LOAD}",
        seen_on=("dallas-edge1",),
    ),
    Fault(
        "boot_script_differs",
        "Both session hosts run a script at the end of each boot, and the standby's does more.",
        STORES,
        f"""
            printf '#!/bin/sh\\n' >{BOOT_SCRIPT}
            [ "$(hostname)" != arizona-sessions1 ] || echo 'sysctl -q vm.swappiness=100' >>{BOOT_SCRIPT}
            echo 'exit 0' >>{BOOT_SCRIPT}
            chmod 0755 {BOOT_SCRIPT}
        """,
        f"rm -f {BOOT_SCRIPT}",
        seen_on=("arizona-sessions1",),
    ),
    _left(
        "configuration_left_by_an_upgrade",
        "An upgrade left the new version of a configuration file beside the old one, on one web host.",
        ("arizona-web2",),
        "/etc/ssh/sshd_config.dpkg-dist",
    ),
    _left(
        "configuration_left_by_an_upgrade_at_both_sites",
        "An upgrade left the new version of a configuration file beside the old one, on both edge hosts.",
        EDGES,
        "/etc/nginx/nginx.conf.dpkg-new",
    ),
    Fault(
        "temporary_folder_closed",
        "On one web host of the standby a script closed the folder for temporary files to all but root.",
        ("arizona-web2",),
        "chmod 0700 /tmp",
        "chmod 1777 /tmp",
    ),
    Fault(
        "proxy_folders_of_nginx_closed",
        "The standby's nginx cannot write to the folder where it buffers large answers.",
        ("arizona-edge1",),
        "chown root /var/lib/nginx/proxy",
        "chown www-data /var/lib/nginx/proxy",
        alone=True,  # nginx gives the folder back to its user whenever it starts
    ),
    Fault(
        "body_folder_of_nginx_missing",
        "A cleanup script removed the folder where the standby's nginx buffers large requests.",
        ("arizona-edge1",),
        "rmdir /var/lib/nginx/body",
        "install -d -o www-data -g root -m 0700 /var/lib/nginx/body",
    ),
    Fault(
        "logins_refused_by_an_old_list",
        "Only the suite's own machine may log in on the standby's database host.",
        ("arizona-db1",),
        "[ ! -e /etc/hosts.deny ] || cp -p /etc/hosts.deny /root/hosts.deny\n"
        "echo 'sshd: 203.0.113.7' >>/etc/hosts.deny",
        "rm -f /etc/hosts.deny\n[ ! -e /root/hosts.deny ] || mv /root/hosts.deny /etc/hosts.deny",
    ),
    _forced(
        "library_forced_into_every_program",
        "Every program that starts on one web host of the standby is given a library that nobody wanted.",
        ("arizona-web2",),
    ),
    _forced(
        "library_forced_into_every_program_at_both_sites",
        "Every program that starts on the Redis hosts of both sites is given a library that nobody wanted.",
        STORES,
    ),
    Fault(
        "release_one_commit_behind",
        "The standby's web hosts have the previous release.",
        ("arizona-web1", "arizona-web2"),
        f"""
            mkdir -p /root/release && cp -p {CODE}/VERSION {CODE}/SHA256SUMS {CODE}/shop/log.py /root/release
            echo '# as it was a commit ago' >>{CODE}/shop/log.py
            {SEAL}
            echo 0ldc0mm17 >{CODE}/VERSION
            systemctl restart shop
        """,
        f"""
            [ ! -f /root/release/log.py ] || cp -p /root/release/log.py {CODE}/shop/log.py
            [ ! -f /root/release/log.py ] || cp -p /root/release/VERSION /root/release/SHA256SUMS {CODE}
            rm -rf /root/release
            systemctl restart shop
        """,
    ),
    _hand_edit(
        "release_with_an_edited_file_at_primary",
        "Somebody patched the release by hand on one web host of the primary.",
        ("dallas-web1",),
    ),
    _hand_edit(
        "release_with_an_edited_file_at_both_sites",
        "Somebody patched the release by hand on every web host.",
        WEB,
    ),
    _edited(
        "release_edited_and_restarted_at_both_sites",
        "Somebody patched the release by hand on every web host, and restarted the shop.",
        WEB,
        f"{CODE}/shop/log.py",
        f"echo '# by hand' >>{CODE}/shop/log.py\nsystemctl restart shop",
    ),
)
