"""The sites that the command line names, and the names and roles of their hosts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from selftests.unit.drafting import recorded
from selftests.unit.drafting.recorded import PRIMARY, STANDBY, answers
from siteparity.drafting import inventories, sites
from siteparity.drafting.given import given_sites as read
from siteparity.inventory import load_sites
from siteparity.model import ConfigurationError

HOSTS = """\
all:
  vars: {ansible_user: ops, ansible_ssh_common_args: -o ProxyJump=x, parity_domain: dallas.example}
  children:
    dallas: {children: {web: {}, db: {}}}
    web: {hosts: {w1: {ansible_host: 10.0.0.1}, w2: {ansible_host: 10.0.0.2}}}
    db: {hosts: {d1: {ansible_host: 10.0.0.3, ansible_port: 2222}}}
    Odd.Name: {hosts: {d1: {}}}
"""


def test_bare_hosts_are_named_with_user_and_port() -> None:
    """As ssh takes them, with an address of version 6 in brackets."""
    first, second = read(["dallas=ops@web1.dallas:2222,[::1]:22", "arizona=web1.arizona"])
    one, other = (given.host.connection for given in first.hosts)
    assert (one.user, one.address, one.port) == ("ops", "web1.dallas", 2222)
    assert (other.address, other.port) == ("::1", 22)
    assert second.is_bare


@pytest.mark.parametrize(
    "written",
    [
        "dallas", "=x", "dallas=", "a b=x", "dallas=-oProxyCommand=x", "dallas=a b", "dallas=x:99999",
        "dallas=./no", "dallas=x,x",
    ],
)  # fmt: skip
def test_what_is_no_site_is_refused(written: str) -> None:
    """Before anybody is asked, with what to write."""
    with pytest.raises(ConfigurationError, match=r"^SITE: expected .*; "):
        read([written, "arizona=y"])


def test_two_sites_of_one_name_are_refused() -> None:
    """They would share a folder."""
    with pytest.raises(ConfigurationError, match="twice"):
        read(["dallas=x", "dallas=y"])


def test_groups_of_an_inventory_become_roles(tmp_path: Path) -> None:
    """Not one that holds every host; nor one whose name no role can have, which is told."""
    folder = tmp_path / "dallas"
    folder.mkdir()
    (folder / "hosts.yml").write_text(HOSTS)
    site, _ = read([f"dallas={folder}", "arizona=x"])
    said = {one.host.name: recorded.read(answers()[PRIMARY]["dallas-web1"]) for one in site.hosts}
    seen = sites.of(site, said)
    assert {host.name: host.roles for host in seen.hosts} == {"w1": ("web",), "w2": ("web",), "d1": ("db",)}
    assert "group Odd.Name" in [what for what, _ in seen.left_out]
    assert any("ansible_ssh_common_args" in what for what, _ in seen.left_out)
    assert site.domain == "dallas.example"


def test_a_file_of_any_name_is_an_inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """YAML is read without Ansible."""
    monkeypatch.setenv("PATH", "/nowhere")
    path = tmp_path / "production.yml"
    path.write_text(HOSTS)
    site, _ = read([f"dallas={path}", "arizona=x"])
    assert [one.host.name for one in site.hosts] == ["w1", "w2", "d1"]


def test_bare_hosts_get_roles_by_what_runs_and_names_by_what_they_say() -> None:
    """The standby's host on which nothing runs has the role of the primary's host of a like name."""
    first = recorded.site(PRIMARY, answers())
    assert {host.name: host.roles for host in first.hosts} == {
        "dallas-edge1": ("edge",),
        "dallas-web1": ("web",),
        "dallas-web2": ("web",),
        "dallas-db1": ("db",),
        "dallas-sessions1": ("redis",),
    }
    said = {name: recorded.read(one) for name, one in answers()[STANDBY].items()}
    said["arizona-sessions1"] = replace(said["arizona-sessions1"], units=(), listeners=())
    second = sites.of(recorded.given(STANDBY, said), said, first)
    assert {host.name: host.roles for host in second.hosts}["arizona-sessions1"] == ("redis",)


def test_the_drafted_inventories_load_and_say_who_the_hosts_are(tmp_path: Path) -> None:
    """Names by which settings reach a host, the domain that they share, a network around the addresses."""
    first = recorded.site(PRIMARY, answers())
    second = recorded.site(STANDBY, answers(), first)
    for one, other in ((first, second), (second, first)):
        folder = tmp_path / one.name
        folder.mkdir()
        (folder / "hosts.yml").write_text(inventories.text(one, other, folder), encoding="utf-8")
    primary, standby = load_sites(tmp_path, PRIMARY, STANDBY, first.roles(), look_up=False)
    db = primary.host("dallas-db1")
    assert {"dallas-db1", "db.dallas.shop.example"} <= {*db.names}
    assert [str(one) for one in db.addresses] == ["198.18.1.31"]
    assert [str(one) for one in standby.networks] == ["198.18.2.0/24"]
    assert db.connection.user == "bench"
    assert not primary.in_no_role
