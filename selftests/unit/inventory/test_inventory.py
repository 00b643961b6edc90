"""Inventories: Ansible's own layout, read as Ansible reads it, and refused where it could mislead a run."""

from __future__ import annotations

import json
import shutil
import time
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from siteparity.inventory import inventory_digest, load_site, load_sites, site_names
from siteparity.inventory.layout import MAX_HOSTS, expand
from siteparity.model import ConfigurationError, ConnectionKind, Host, Site

SHIPPED = Path(__file__).parents[3] / "inventories"
ROLES = ("web", "db")
HOSTS = """\
all:
  vars:
    ansible_user: parity
  children:
    web:
      hosts:
        web1: {ansible_host: 10.0.NET.1}
        web2: {ansible_host: 10.0.NET.2}
    db:
      hosts:
        db1: {ansible_host: 10.0.NET.3}
"""


def put(folder: Path, **files: str) -> Path:
    """Write files, ``__`` in a name for the path's slash: ``group_vars__all``; all end in ``.yml``."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def inventories(tmp_path: Path) -> Path:
    """Two healthy sites."""
    for number, name in enumerate(("dallas", "arizona")):
        put(tmp_path / name, hosts=HOSTS.replace("NET", str(number)))
    return tmp_path


def site(folder: Path, hosts: str, roles: tuple[str, ...] = ("web",), **files: str) -> Site:
    """One site read from that ``hosts.yml``."""
    return load_site(put(folder / "dallas", hosts=hosts, **files), roles)


def refusal(folder: Path, hosts: str, roles: tuple[str, ...] = ("web",), **files: str) -> str:
    """The words with which a site is refused, without the folder."""
    with pytest.raises(ConfigurationError) as caught:
        site(folder, hosts, roles, **files)
    return str(caught.value).replace(f"{folder}/", "")


def one_host(settings: str) -> str:
    """An inventory with one host that has these settings."""
    return f"web:\n  hosts:\n    web1:\n      {settings}\n"


def pair_refusal(inventories: Path, primary: str = "dallas", standby: str = "arizona") -> str:
    """The words with which both sites together are refused, without the folder."""
    with pytest.raises(ConfigurationError) as caught:
        load_sites(inventories, primary, standby, ROLES)
    return str(caught.value).replace(f"{inventories}/", "").replace(str(inventories), "inventories")


def only(one: Site) -> Host:
    """The only host of a site."""
    (host,) = one.hosts
    return host


# --- what is read ----------------------------------------------------------------------------------------


def test_the_shipped_inventories_describe_the_lab() -> None:
    """A fresh clone runs at once: five machines at each site, each on a port of its own on loopback."""
    sites = load_sites(SHIPPED, "dallas", "arizona", ("edge", "web", "db", "sessions"))
    for number, one in enumerate(sites, 1):
        assert [host.name for host in one.hosts] == ["edge1", "web1", "web2", "db1", "sessions1"]
        ports = [f"22{number}{end}" for end in (11, 21, 22, 31, 41)]
        assert [str(host.connection.port) for host in one.hosts] == ports
        assert {host.connection.address for host in one.hosts} == {"127.0.0.1"}
        assert {(host.connection.user, host.connection.become) for host in one.hosts} == {("parity", True)}
        assert {host.connection.ssh_config for host in one.hosts} == {
            SHIPPED.parent / ".lab" / "ssh" / "config"
        }
        assert one.networks == (ip_network(f"198.18.{number}.0/24"),)
        assert one.host("web2").addresses == (ip_address(f"198.18.{number}.22"),)
        assert f"db.{one.name}.shop.example" in one.host("db1").names
        assert one.domain == f"{one.name}.shop.example"
    assert site_names(SHIPPED) == ("arizona", "dallas")


def test_every_setting_becomes_typed(tmp_path: Path) -> None:
    """Addresses, networks, flags and paths are what they are, not texts."""
    read = site(
        tmp_path,
        one_host(
            "{ansible_host: db.example, ansible_port: 2222, ansible_user: _x, ansible_connection: ssh,"
            " ansible_ssh_private_key_file: keys/id, ansible_become: true, ansible_python_interpreter: auto,"
            " parity_address: [10.0.0.1, 'fd00::1'], parity_names: [a, b.c], parity_domain: d.example,"
            " parity_networks: [10.0.0.0/8, 'fd00::/8'], parity_ssh_config: /etc/ssh/parity}"
        ),
    )
    host = only(read)
    assert (host.connection.kind, host.connection.address) == (ConnectionKind.SSH, "db.example")
    assert (host.connection.port, host.connection.user, host.connection.become) == (2222, "_x", True)
    assert host.connection.private_key_file == (tmp_path / "dallas" / "keys" / "id").resolve()
    assert host.connection.ssh_config == Path("/etc/ssh/parity")
    assert host.addresses == (ip_address("10.0.0.1"), ip_address("fd00::1"))
    assert (host.names, host.label) == (("a", "b.c"), "dallas/web1")
    assert read.domain == "d.example"
    assert read.networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def test_a_host_without_settings_is_reached_by_its_name(tmp_path: Path) -> None:
    """As in Ansible; ssh's own configuration gives port and user."""
    connection = only(site(tmp_path, "web:\n  hosts:\n    web1.example:\n")).connection
    assert (connection.address, connection.port, connection.user, connection.become) == (
        *("web1.example", None, None),
        False,
    )


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("podman", ConnectionKind.PODMAN),
        ("containers.podman.podman", ConnectionKind.PODMAN),
        ("local", "local"),
    ],
)
def test_connections_have_ansibles_names(tmp_path: Path, name: str, kind: ConnectionKind) -> None:
    """Short names and those of collections mean the same."""
    assert only(site(tmp_path, one_host(f"ansible_connection: {name}"))).connection.kind == kind


NESTED = """\
all:
  vars: {ansible_user: a_inline}
  children:
    world:
      vars: {ansible_user: b_world}
      children:
        web:
          vars: {ansible_user: c_web}
          hosts: {web1: null, web2: {ansible_user: d_host}}
    zone:
      vars: {ansible_user: e_zone}
      hosts: {web1: null, web2: null}
"""


@pytest.mark.parametrize(
    ("files", "users"),
    [
        ({}, ("c_web", "d_host")),  # the deeper group wins over zone, whatever the alphabet says
        ({"group_vars__all": "ansible_user: f_all"}, ("f_all", "d_host")),
        ({"group_vars__all": "ansible_user: f_all", "group_vars__world": "ansible_user: g"}, ("g", "d_host")),
        ({"group_vars__world": "ansible_user: g", "group_vars__zone": "ansible_user: h"}, ("h", "d_host")),
        ({"group_vars__web": "ansible_user: i", "group_vars__zone": "ansible_user: h"}, ("i", "d_host")),
        (
            {"group_vars__web__main": "ansible_user: i", "group_vars__web__other": "ansible_user: j"},
            ("j", "d_host"),
        ),
        ({"host_vars__web2": "ansible_user: k", "group_vars__web": "ansible_user: i"}, ("i", "k")),
    ],
)
def test_the_setting_wins_that_wins_in_ansible(
    tmp_path: Path, files: dict[str, str], users: tuple[str, str]
) -> None:
    """The expected users are those of ``ansible-inventory --list`` (ansible-core 2.19) for the same files."""
    read = site(tmp_path, NESTED, ("web",), **files)
    assert tuple(read.host(name).connection.user for name in ("web1", "web2")) == users


def test_a_host_in_a_child_of_a_roles_group_has_the_role(tmp_path: Path) -> None:
    """Groups only group: the role is found through all groups above; roles stand in the policy's order."""
    read = site(tmp_path, NESTED, roles=("zone", "world"))
    assert read.host("web1").roles == ("zone", "world")


def test_relative_paths_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    """The same text means another file in group_vars/ than in hosts.yml."""
    read = site(tmp_path, "web: {hosts: {web1: }}", group_vars__web="parity_ssh_config: ../config")
    assert only(read).connection.ssh_config == (tmp_path / "dallas" / "config").resolve()


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("web[01:03]", ["web01", "web02", "web03"]),
        ("web[8:11]", ["web8", "web9", "web10", "web11"]),
        ("web[:2]", ["web0", "web1", "web2"]),
        ("db[a:c]-x", ["dba-x", "dbb-x", "dbc-x"]),
        ("n[0:8:4]", ["n0", "n4", "n8"]),
        ("n[1:2]-[a:b]", ["n1-a", "n1-b", "n2-a", "n2-b"]),
        ("plain", ["plain"]),
    ],
)
def test_ranges_expand_as_in_ansible(pattern: str, names: list[str]) -> None:
    """Width, letters, steps and several ranges in one name."""
    assert list(expand(pattern)) == names


@pytest.mark.parametrize("pattern", ["web[1:2", "web[1]", "web[1:]", "web[1:2:3:4]", "web[]", "web[1:2][3"])
def test_a_range_that_is_not_closed_or_lacks_its_end_is_refused(pattern: str) -> None:
    """Half a range must not become half of the hosts."""
    with pytest.raises(ValueError, match=r"expected a range such as web\[01:03\] or web\[a:c\]"):
        list(expand(pattern))


@given(st.text(alphabet="ab[]:019-x", max_size=14))
def test_no_range_raises_anything_but_a_value_error(pattern: str) -> None:
    """Whatever stands in brackets expands or is refused in words."""
    try:
        for _, name in zip(range(50), expand(pattern), strict=False):
            assert "[" not in name
    except ValueError as error:
        assert "expected" in str(error)  # noqa: PT017  # both ways are right, the words are the promise


def test_hosts_of_a_range_share_their_settings(tmp_path: Path) -> None:
    """One line stands for many hosts."""
    read = site(tmp_path, "web:\n  hosts:\n    web[1:2]: {ansible_port: 2222}\n")
    assert [(host.name, host.connection.port) for host in read.hosts] == [("web1", 2222), ("web2", 2222)]


def test_an_operators_own_variables_may_be_anything(tmp_path: Path) -> None:
    """Templates, vault values and ambiguous words are refused only in settings of ours."""
    own = "motd: yes\nsecret: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\nurl: '{{ base }}/x'\n"
    assert only(site(tmp_path, "web: {hosts: {web1: }}", group_vars__all=own)).name == "web1"


# --- what is refused in one site -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (
            "parity_adress: 10.0.0.1",
            'found "parity_adress" (did you mean "parity_address"?); rename or remove it',
        ),
        (
            "ansible_ssh_common_args: -v",
            "rename or remove it; other options of ssh go into",
        ),
        (
            "ansible_ssh_pass: hunter2",
            "expected no password in an inventory, found one; remove it: hosts are reached",
        ),
        ("ansible_become_password: hunter2", "expected no password in an inventory"),
        (
            "ansible_port: '22'",
            'expected a port, a whole number from 1 to 65535, found "22"; write it without quotes',
        ),
        ("ansible_port: 022", 'found "022"; write it without quotes and without leading zeros'),
        ("ansible_port: 65536", "found the number 65536"),
        ("ansible_port: true", "expected a port, a whole number from 1 to 65535, found true"),
        (
            "ansible_user: Root",
            'expected an account name of a-z, 0-9, _ - (32 at most), found "Root"; correct it',
        ),
        ("ansible_user: -x", "expected an account name"),
        ('ansible_user: "a\\n"', "expected an account name"),
        ("ansible_host: -oProxyCommand=x", "expected a name of letters, digits, . _ - or an IP address"),
        ("ansible_host: 'a b'", "expected a name of letters"),
        ("ansible_host: 'a\n\n      '", "expected a name of letters"),
        ("ansible_host: fe80::1%$(x)", "expected a name of letters"),
        ("ansible_host: 5", 'expected text, found the number 5; write it in quotes: "5"'),
        ("ansible_host:", "expected text, found nothing; write a text"),
        ("ansible_host: '{{ x }}'", 'expected a plain value, found the template "{{ x }}"; write its result'),
        ("parity_names: ['{{ x }}']", "expected a plain value, found the template"),
        ("ansible_host: !vault x", 'expected plain YAML, found the tag "!vault"'),
        ("ansible_become: yes", "expected true, false or quoted text, found yes; write true"),
        (
            "ansible_become: 'true'",
            'expected true or false, found "true"; write true or false without quotes',
        ),
        (
            "ansible_connection: paramiko",
            'expected one of ssh, local, docker, podman, kubectl; found "paramiko"',
        ),
        ("parity_address: 10.0.0", 'expected an IP address such as 198.18.1.21, found "10.0.0"; correct it'),
        ("parity_address: []", "expected at least one, found an empty list"),
        ("parity_networks: 10.0.0.1/8", 'expected a network such as 198.18.1.0/24, found "10.0.0.1/8"'),
        ("parity_domain: .x", "expected a name of letters"),
        ("parity_names: [1]", "expected text, found the number 1"),
        ("parity_ssh_config: ~nobody.such/x", "expected the path of a file"),
    ],
)
def test_a_setting_is_refused_with_what_to_do(tmp_path: Path, setting: str, words: str) -> None:
    """Unknown, mistyped, dangerous and secret settings, each at its file, line, host and key."""
    found = refusal(tmp_path, one_host(setting))
    assert found.startswith(f"dallas/hosts.yml:4: web1: {setting.partition(':')[0]}: ")
    assert words in found
    assert "hunter2" not in found


def test_a_setting_that_another_one_overrides_is_checked_too(tmp_path: Path) -> None:
    """It would come to life the day the other one is removed."""
    found = refusal(tmp_path, one_host("ansible_port: 22"), group_vars__all="---\nansible_port: x\n")
    assert found.startswith("dallas/group_vars/all.yml:2: all: ansible_port: expected a port")


def test_every_problem_of_a_site_is_said_at_once(tmp_path: Path) -> None:
    """Settings and a role without hosts, in the order of the lines."""
    hosts = "web: {hosts: {web1: {ansible_port: x}}}\nold:\n  hosts:\n    old1: {parity_x: 1}\n"
    found = refusal(tmp_path, hosts, roles=("web", "db")).split("\n")
    assert [line.split(": ")[0] for line in found] == [
        "dallas/hosts.yml",
        "dallas/hosts.yml:1",
        "dallas/hosts.yml:4",
    ]
    assert 'expected hosts in the role "db" at dallas, found none' in found[0]


def test_a_host_in_no_role_is_allowed_and_told_and_a_group_without_hosts_too(tmp_path: Path) -> None:
    """An inventory serves other tools as well. Such a host needs none of the site's settings."""
    hosts = (
        "web: {hosts: {web1: {parity_domain: a.example}}}\njump: {hosts: {jump1: }}\nnew: {hosts: }\nold: \n"
    )
    site = load_site(put(tmp_path / "dallas", hosts=hosts), ("web",))
    assert [host.name for host in site.hosts] == ["web1"]
    assert site.in_no_role == ("jump1",)
    assert site.oddities == ("the group new holds no host", "the group old holds no host")


def test_a_host_that_a_slip_keeps_out_of_its_role_is_pointed_out(tmp_path: Path) -> None:
    """Nobody would look at it, and the site would seem complete."""
    hosts = "web: {hosts: {web1: }}\nwbe: {hosts: {web2: }}\n"
    site = load_site(put(tmp_path / "dallas", hosts=hosts), ("web",))
    assert site.oddities == ('web2 is in no role, but in the group "wbe" (did you mean "web"?)',)


def test_a_role_that_is_nearly_a_group_is_named(tmp_path: Path) -> None:
    """A slip in the policy or the inventory shows itself."""
    found = refusal(tmp_path, "web: {hosts: {web1: }}\nsesions: {hosts: {web1: }}", roles=("web", "sessions"))
    assert '(did you mean "sesions"?)' in found


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        (
            "web: {host: {web1: }}",
            'web.host: expected vars, children or hosts, found "host" (did you mean "hosts"?)',
        ),
        ("web: [web1]", "web: expected vars, children and hosts as keys, found a list; write each as a key"),
        ("web: {hosts: [web1]}", "web.hosts: expected hosts as keys, found a list"),
        ("web: {hosts: {web1: x}}", 'web.hosts.web1: expected variables as keys, found "x"'),
        ("web: {hosts: {'web1:22': }}", 'found "web1:22"; write a port as ansible_port'),
        ("web: {hosts: {'-x': }}", 'expected a host name of letters, digits, . _ -, found "-x"; rename it'),
        ("web: {hosts: {'web[3:1]': }}", "expected begin before end, found 3 and 1; change their order"),
        ("web: {hosts: {'web[1:999999999]': }}", f"expected at most {MAX_HOSTS} hosts at a site"),
        ("../web: {hosts: {web1: }}", 'expected a group name of letters, digits, . _ -, found "../web"'),
        ("a: {children: {b: {children: {a: }}}}", "expected groups without a circle, found one through a, b"),
        ("all: {children: {web: }}", "expected hosts, found none"),
        ("just words", 'expected groups as keys, found "just words"'),
        ("web: {hosts: {web1: }}\nweb: {}", "expected each key once, found it on line 1 too"),
    ],
)
def test_a_layout_that_ansible_would_bend_is_refused(tmp_path: Path, hosts: str, words: str) -> None:
    """Ansible warns and goes on without such a part; a host would be missing from the run."""
    assert words in refusal(tmp_path, hosts)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"group_vars__wbe": "a: 1"},
            'group_vars/wbe.yml: expected the name of a group, found "wbe" (did you mean "web"',
        ),
        ({"host_vars__web9": "a: 1"}, 'host_vars/web9.yml: expected the name of a host, found "web9"'),
        (
            {"group_vars__web": "a: 1", "group_vars__web__a": "a: 1"},
            "expected one file for web, found web too",
        ),
        ({"group_vars__web": "- a"}, "expected settings as keys and values, found a list"),
        (
            {"group_vars__web": "$ANSIBLE_VAULT;1.1;AES256\n6162\n"},
            "found a file of Ansible Vault, which may hide",
        ),
        (
            {"more": "web: {hosts: {web2: }}"},
            "more.yml: expected hosts.yml, group_vars/ and host_vars/, found a file",
        ),
        ({"group_vars__web": "a: 1\na: 2"}, "group_vars/web.yml:2: a: expected each key once"),
    ],
)
def test_a_file_that_would_be_missed_is_refused(tmp_path: Path, files: dict[str, str], words: str) -> None:
    """What Ansible would read and we would not, or the other way round, and what nobody reads."""
    assert words in refusal(tmp_path, "web: {hosts: {web1: }}", ("web",), **files)


def test_a_site_wide_setting_has_one_value(tmp_path: Path) -> None:
    """Two domains at one site would make "its own site" a matter of chance."""
    hosts = (
        "web: {hosts: {web1: {ansible_host: a, parity_domain: x.example}, web2: {parity_domain: y.example}}}"
    )
    found = refusal(tmp_path, hosts)
    assert 'expected one value for the site, found "x.example" for web1 and "y.example" for web2' in found
    hosts = "web: {hosts: {web1: {parity_domain: x.example}, web2: }}"
    assert "parity_domain: expected it for every host, found none for web2; set it for all" in refusal(
        tmp_path, hosts
    )


def test_an_address_outside_the_sites_networks_is_refused(tmp_path: Path) -> None:
    """One of the two is a slip, and both decide what "its own site" means."""
    found = refusal(tmp_path, one_host("{parity_address: 10.1.0.1, parity_networks: 10.0.0.0/16}"))
    assert (
        "expected an address in 10.0.0.0/16 (parity_networks), found 10.1.0.1; correct one of them" in found
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("{ansible_host: 10.0.0.1}", "{ansible_host: 10.0.0.1, ansible_port: 22}"),
        ("{ansible_host: localhost}", "{ansible_host: 127.0.0.1}"),
        ("{ansible_host: no-such-name.invalid}", "{ansible_host: NO-such-name.invalid.}"),
        ("{ansible_host: 'fd00::1'}", "{ansible_host: 'fd00:0::1'}"),
        ("{ansible_connection: local}", "{ansible_connection: local}"),
        ("{ansible_connection: podman, ansible_host: x}", "{ansible_connection: podman, ansible_host: x}"),
        ("{parity_address: 10.0.0.1}", "{parity_address: [10.0.0.2, 10.0.0.1]}"),
        ("{parity_names: [x.example]}", "{parity_names: [X.example.]}"),
    ],
)
def test_two_names_for_one_machine_are_refused(tmp_path: Path, first: str, second: str) -> None:
    """A machine compared with itself is always the same, and proves nothing."""
    found = refusal(tmp_path, f"web:\n  hosts:\n    web1: {first}\n    web2: {second}\n")
    assert found.startswith("dallas/hosts.yml:4: web2: ")
    assert ", found dallas/web1 and dallas/web2; correct one of them" in found


def test_one_address_with_two_ports_is_two_machines(tmp_path: Path) -> None:
    """Machines behind one forwarding address, as in the lab."""
    hosts = (
        "web: {hosts: {web1: {ansible_host: h, ansible_port: 1}, web2: {ansible_host: h, ansible_port: 2}}}"
    )
    assert len(site(tmp_path, hosts).hosts) == 2


# --- two sites -------------------------------------------------------------------------------------------


def test_two_healthy_sites_are_read_in_the_order_of_the_run(inventories: Path) -> None:
    """The primary first: roles of a run, not of a site."""
    assert [one.name for one in load_sites(inventories, "arizona", "dallas", ROLES)] == ["arizona", "dallas"]


def test_a_site_is_never_compared_with_itself(inventories: Path) -> None:
    """The message names the sites that there are."""
    found = pair_refusal(inventories, "dallas", "dallas")
    assert 'expected another site than the primary, found "dallas" for both' in found
    assert "the sites of inventories are arizona, dallas" in found


@pytest.mark.parametrize("name", ["arizonna", "..", "../dallas", "", "/"])
def test_an_unknown_site_is_refused_with_the_sites_that_exist(inventories: Path, name: str) -> None:
    """Only the folder's own names are taken; no path leads out of it."""
    found = pair_refusal(inventories, standby=name)
    assert f'inventories: expected one of the sites arizona, dallas; found "{name}"' in found
    assert ('(did you mean "arizona"?)' in found) == (name == "arizonna")


def test_missing_folders_are_refused(tmp_path: Path, inventories: Path) -> None:
    """Of all inventories, and of one site."""
    with pytest.raises(
        ConfigurationError, match="expected a folder with one folder for each site, found none"
    ):
        site_names(tmp_path / "none")
    with pytest.raises(
        ConfigurationError, match="expected the folder of a site, found none; sites beside it: arizona"
    ):
        load_site(inventories / "none", ROLES)
    (inventories / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="found no inventory; write hosts"):
        load_site(inventories / "empty", ROLES)
    assert site_names(inventories) == ("arizona", "dallas")


def test_problems_of_both_sites_are_said_at_once(inventories: Path) -> None:
    """Nobody should have to run it once for each site."""
    put(inventories / "dallas", hosts="web: {hosts: {web1: }}")
    put(inventories / "arizona", hosts="db: {hosts: {db1: }}")
    found = pair_refusal(inventories)
    assert 'expected hosts in the role "db" at dallas, found none' in found
    assert 'expected hosts in the role "web" at arizona, found none' in found


@pytest.mark.parametrize(
    ("dallas", "arizona", "words"),
    [
        (
            "ansible_host: 10.9.9.9",
            "ansible_host: 10.9.9.9",
            'expected one host for "10.9.9.9 port 22", found',
        ),
        (
            "parity_address: 10.9.9.9",
            "parity_address: 10.9.9.9",
            'parity_address: expected one host for "10.9.9.9"',
        ),
        ("parity_names: [x]", "parity_names: [X]", 'parity_names: expected one host for "x"'),
    ],
)
def test_one_machine_in_both_sites_is_refused(
    inventories: Path, dallas: str, arizona: str, words: str
) -> None:
    """The standby would be compared with a part of the primary."""
    put(inventories / "dallas", host_vars__web1=dallas)
    put(inventories / "arizona", host_vars__web2=arizona)
    found = pair_refusal(inventories)
    assert words in found
    assert found.startswith("arizona/hosts.yml:8: web2: ")
    assert "found dallas/web1 and arizona/web2" in found


@pytest.mark.parametrize(
    ("dallas", "arizona", "words"),
    [
        (
            "parity_networks: 10.0.0.0/8",
            "parity_networks: 10.2.0.0/16",
            "10.2.0.0/16, which overlaps 10.0.0.0/8 of dallas",
        ),
        (
            "parity_domain: shop.example",
            "parity_domain: az.shop.example",
            "found az.shop.example; dallas has shop.example",
        ),
        (
            "parity_domain: az.shop.example",
            "parity_domain: shop.example",
            "found shop.example; dallas has az.shop.example",
        ),
    ],
)
def test_what_belongs_to_one_site_may_not_belong_to_the_other(
    inventories: Path, dallas: str, arizona: str, words: str
) -> None:
    """Else a machine of the other site would pass for one of its own."""
    put(inventories / "dallas", group_vars__all=dallas)
    put(inventories / "arizona", group_vars__all=arizona)
    assert words in pair_refusal(inventories)


def test_sites_with_networks_and_domains_apart_are_accepted(inventories: Path) -> None:
    """Neighbours that share only letters, and families of addresses that cannot overlap."""
    put(inventories / "dallas", group_vars__all="parity_domain: d.example\nparity_networks: [10.0.0.0/16]\n")
    put(inventories / "arizona", group_vars__all="parity_domain: ad.example\nparity_networks: ['fd00::/8']\n")
    assert [one.domain for one in load_sites(inventories, "dallas", "arizona", ROLES)] == [
        "d.example",
        "ad.example",
    ]


# --- the digest ------------------------------------------------------------------------------------------


def test_the_digest_is_of_the_meaning(inventories: Path) -> None:
    """Comments, the order of hosts, the direction of the run and the runner's own paths do not count."""
    first = load_sites(inventories, "dallas", "arizona", ROLES)
    put(
        inventories / "dallas",
        hosts="# the same\n"
        + HOSTS.replace("NET", "0")
        .replace("web1: {", "WEB: {")
        .replace("web2: {", "web1: {")
        .replace("WEB: {", "web2: {")
        .replace("0.1}", "0.x}")
        .replace("0.2}", "0.1}")
        .replace("0.x}", "0.2}"),
        group_vars__all="parity_ssh_config: /elsewhere\n",
    )
    second = load_sites(inventories, "arizona", "dallas", ROLES)
    assert inventory_digest(first) == inventory_digest(second)
    assert len(inventory_digest(first)) == 64


@pytest.mark.parametrize(
    "setting",
    [
        "ansible_port: 23",
        "ansible_user: x",
        "ansible_become: true",
        "parity_names: [x]",
        "parity_address: 10.1.1.1",
    ],
)
def test_the_digest_changes_with_whatever_a_run_is_about(inventories: Path, setting: str) -> None:
    """A record of another inventory must not be compared with this one."""
    before = inventory_digest(load_sites(inventories, "dallas", "arizona", ROLES))
    put(inventories / "dallas", host_vars__db1=setting)
    assert inventory_digest(load_sites(inventories, "dallas", "arizona", ROLES)) != before


# --- other formats, through Ansible itself ---------------------------------------------------------------

LISTING = {
    "_meta": {
        "hostvars": {
            "web1": {
                "ansible_host": "10.0.0.1",
                "ansible_port": 2222,
                "ansible_become": "yes",
                "own": {"a": 1},
            },
            "db1": {"parity_address": "10.0.0.2", "parity_ssh_config": "ssh/config"},
        },
        "profile": "inventory_legacy",
    },
    "all": {"children": ["ungrouped", "shop"]},
    "shop": {"children": ["web", "db"]},
    "web": {"hosts": ["web1"]},
    "db": {"hosts": ["db1"]},
}
"""As ansible-core 2.19 prints it for an INI file."""


def executable(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Path:
    """A site in INI format, and an ``ansible-inventory`` of that script alone on PATH."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "ansible-inventory"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")
    (folder / "dallas").mkdir()
    (folder / "dallas" / "hosts.ini").write_text("[web]\nweb1\n", encoding="utf-8")
    return folder / "dallas"


def test_another_format_is_read_through_ansible_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its own checks on; an INI file cannot write a lower-case boolean, so texts stand for them."""
    script = (
        'test "$ANSIBLE_INVENTORY_UNPARSED_FAILED$ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED" = 11 || exit 9\n'
        f"test \"$*\" = '-i {tmp_path}/dallas --list' || exit 8\ncat <<'EOF'\n{json.dumps(LISTING)}\nEOF"
    )
    read = load_site(executable(tmp_path, monkeypatch, script), ("web", "db", "shop"))
    web = read.host("web1")
    assert (web.connection.address, web.connection.port, web.connection.become) == ("10.0.0.1", 2222, True)
    assert web.roles == ("web", "shop")
    assert read.host("db1").connection.ssh_config == (tmp_path / "dallas" / "ssh" / "config").resolve()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo 'no such plugin' >&2; exit 4", "ansible-inventory cannot read it: no such plugin"),
        ("echo hello", "expected an inventory from ansible-inventory, found something else"),
        ("echo '[]'", "found something else"),
        ('echo \'{"_meta": {"hostvars": {}}, "web": {"hosts": "web1"}}\'', "found something else"),
        ('echo \'{"_meta": {"hostvars": {}}, "web": {"hosts": ["-x"]}}\'', 'found "-x"'),
        (
            'echo \'{"_meta":{"hostvars":{"a":{"ansible_password":"hunter2"}}},"web":{"hosts":["a"]}}\'',
            "dallas/hosts.ini: a: ansible_password: expected no password",
        ),
    ],
)
def test_an_answer_of_ansible_inventory_is_checked_like_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    """A failure is said in Ansible's words, and its answer is trusted no more than a file."""
    with pytest.raises(ConfigurationError) as caught:
        load_site(executable(tmp_path, monkeypatch, script), ("web",))
    assert words in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_an_ansible_inventory_that_hangs_is_stopped_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A grandchild that keeps the pipe open neither keeps the run waiting nor outlives it."""
    monkeypatch.setattr("siteparity.inventory.executable.TIMEOUT_SECONDS", 0.5)
    script = f"sleep 30 & echo $! > {tmp_path}/pid; sleep 30"
    with pytest.raises(ConfigurationError, match=r"within 0\.5 s, found none"):
        load_site(executable(tmp_path, monkeypatch, script), ("web",))
    grandchild = Path("/proc", (tmp_path / "pid").read_text(encoding="ascii").strip(), "stat")
    deadline = time.monotonic() + 5
    while grandchild.exists() and grandchild.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "the grandchild still runs"
        time.sleep(0.02)


def test_another_format_without_ansible_names_both_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Install it, or write the layout that needs nothing."""
    folder = executable(tmp_path, monkeypatch, "")
    shutil.rmtree(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError) as caught:
        load_site(folder, ("web",))
    for words in (
        "found hosts.ini, which only Ansible can read",
        "install ansible-core",
        "or write hosts.yml",
    ):
        assert words in str(caught.value)
