"""Accounts that differ: uids, shells, groups, rights, keys."""

from lab.faults import Fault

EDGES = ("dallas-edge1", "arizona-edge1")
STORES = ("dallas-sessions1", "arizona-sessions1")

KEYS = "/home/parity/.ssh/authorized_keys"
ROOT_KEYS = "/root/.ssh"
A_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFc0b3duIGtleSBvZiBub2JvZHkgYXQgYWxsLCBsYWIu nobody@lab"


def _edited(name: str, sentence: str, hosts: tuple[str, ...], file: str, change: str) -> Fault:
    """A file is changed by a command, and put back as it was."""
    kept = f"/root/{name}"
    return Fault(
        name,
        sentence,
        hosts,
        f"cp -p {file} {kept}.unfinished\nmv {kept}.unfinished {kept}\n{change}\n! cmp -s {file} {kept}",
        f"rm -f {kept}.unfinished\n[ ! -f {kept} ] || mv {kept} {file}",
        f"[ ! -e {kept} ] && [ -s {file} ]",
    )


def _rule(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """A sudo rule that nobody decided on."""
    file = "/etc/sudoers.d/deploy"
    rule = "www-data ALL=(root) NOPASSWD: /usr/bin/systemctl restart *"
    return Fault(
        name,
        sentence,
        hosts,
        f"echo '{rule}' >{file}.new~ && chmod 0440 {file}.new~ && mv {file}.new~ {file}",
        f"rm -f {file} {file}.new~",
    )


def _root_key(name: str, sentence: str, hosts: tuple[str, ...]) -> Fault:
    """Somebody's key opens root's account."""
    return Fault(
        name,
        sentence,
        hosts,
        f"mkdir -p -m 0700 {ROOT_KEYS} && echo '{A_KEY}' >{ROOT_KEYS}/authorized_keys",
        f"rm -f {ROOT_KEYS}/authorized_keys",
    )


FAULTS = (
    _edited(
        "account_with_another_number",
        "The shop's account has another uid on one web host of the standby.",
        ("arizona-web2",),
        "/etc/passwd",
        "sed -i 's/^shop:x:980:/shop:x:981:/' /etc/passwd",
    ),
    _edited(
        "account_with_a_shell_at_primary",
        "On the primary's database host a system account got a shell.",
        ("dallas-db1",),
        "/etc/passwd",
        "sed -i '/^games:/s|[^:]*$|/bin/bash|' /etc/passwd",
    ),
    _edited(
        "account_missing",
        "The account of the node exporter is gone from the standby's edge host; the exporter still runs.",
        ("arizona-edge1",),
        "/etc/passwd",
        "sed -i '/^prometheus:/d' /etc/passwd",
    ),
    _edited(
        "account_missing_at_both_sites",
        "The account of the node exporter is gone from the edge hosts of both sites.",
        EDGES,
        "/etc/passwd",
        "sed -i '/^prometheus:/d' /etc/passwd",
    ),
    _edited(
        "account_in_another_group_at_primary",
        "On one web host of the primary the shop's account may read every log.",
        ("dallas-web2",),
        "/etc/group",
        "sed -i 's/^adm:.*:$/&shop/' /etc/group",
    ),
    _edited(
        "account_without_a_password",
        "An account on the standby's edge host needs no password at all.",
        ("arizona-edge1",),
        "/etc/shadow",
        "sed -i 's/^games:[^:]*:/games::/' /etc/shadow",
    ),
    _rule(
        "sudo_rule_added",
        "On the standby's edge host the web server may restart any service.",
        ("arizona-edge1",),
    ),
    _rule(
        "sudo_rule_added_at_both_sites",
        "On the edge hosts of both sites the web server may restart any service.",
        EDGES,
    ),
    _edited(
        "authorised_key_missing",
        "The key of the person on call is missing on one web host of the standby.",
        ("arizona-web1",),
        KEYS,
        f"sed -i '/on-call@lab/d' {KEYS}",
    ),
    _root_key(
        "key_for_root_on_one_host",
        "Somebody's key opens root's account on one web host of the standby.",
        ("arizona-web2",),
    ),
    _root_key(
        "key_for_root_at_both_sites",
        "Somebody's key opens root's account on the Redis hosts of both sites.",
        STORES,
    ),
)
