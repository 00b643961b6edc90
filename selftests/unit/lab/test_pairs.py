"""Pairs of sites: which one a command means, and what keeps them apart."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import ip_network
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from lab import images, machines, state
from lab.errors import LabError
from lab.faults import catalogue
from lab.images import Image, pip_settings, sources_digests, sources_for
from lab.pairs import ROOT, USUAL, Pair, chosen, foreign
from lab.sites import load

PAIRS = {"": USUAL, **foreign()}
TICKETS = foreign()["tickets"]


def up(*pairs: str) -> set[str]:
    """The names of pairs that are up; the usual one has none."""
    return set(pairs)


@pytest.mark.parametrize(
    ("named", "present", "meant"),
    [
        (None, up(), ""),
        (None, up("tickets"), "tickets"),
        (None, up("", "tickets"), ""),
        ("tickets", up(""), "tickets"),
    ],
)
def test_a_command_means_the_pair_it_names_or_the_one_that_is_up(
    named: str | None, present: set[str], meant: str
) -> None:
    """The usual pair comes first, as before there were others."""
    assert chosen(named, lambda pair: pair.name in present).name == meant


def test_of_several_foreign_pairs_one_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is broken or taken down by a guess."""
    both = {"a": replace(TICKETS, name="a"), "b": replace(TICKETS, name="b")}
    monkeypatch.setattr("lab.pairs.foreign", lambda: both)
    with pytest.raises(LabError, match="--pair: a, b"):
        chosen(None, lambda pair: pair.name in {"a", "b"})


@pytest.mark.parametrize(("one", "other"), list(combinations(PAIRS, 2)))
def test_two_pairs_can_be_up_at_the_same_time(one: str, other: str) -> None:
    """They share no container name, no port of this machine, no network, and no ledger."""
    first, second = PAIRS[one], PAIRS[other]
    hosts = [load(pair=pair).hosts for pair in (first, second)]
    assert not {host.name for host in hosts[0]} & {host.name for host in hosts[1]}
    assert not {host.ssh_port for host in hosts[0]} & {host.ssh_port for host in hosts[1]}
    networks = [yaml.safe_load(pair.compose.read_text())["networks"]["lab"] for pair in (first, second)]
    assert networks[0]["name"] != networks[1]["name"]
    subnets = [ip_network(network["ipam"]["config"][0]["subnet"]) for network in networks]
    assert not subnets[0].overlaps(subnets[1])
    assert state.ledger_of(first) != state.ledger_of(second)


def test_a_pair_is_up_from_its_first_note_until_it_is_taken_down(tmp_path: Path) -> None:
    """Even a crash right after the note leaves a pair that `down` finds."""
    pair = replace(TICKETS, state=tmp_path)
    assert not machines.is_up(pair)
    name = machines.instance(pair)
    assert machines.is_up(pair)
    assert machines.instance(pair) == name


@pytest.mark.parametrize("pair", PAIRS.values(), ids=str)
def test_each_host_of_a_role_boots_its_image_and_has_its_folder(pair: Pair) -> None:
    """The declaration, the folders of images and the inventories speak of the same roles."""
    built = images.of_roles(load(pair=pair))
    below = {"${BASE}", *(image.tag for image in built)}
    for image in built:
        assert below & set(re.findall(r"^FROM (\S+)$", image.text, re.MULTILINE)), image.tag
        assert all(path.exists() for path in image.copied()), image.copied()


def test_what_several_images_of_a_pair_are_built_from_is_built_as_well() -> None:
    """No host boots it, and a change of it makes them anew."""
    plan = load(pair=foreign()["php"])
    common = next(image for image in images.of_roles(plan) if image.folder.name == images.COMMON)
    assert common.tag not in {host.image for host in plan.hosts}
    web = next(image for image in images.of_roles(plan) if image.folder.name == "web")
    assert f"FROM {common.tag}\n" in web.text


@pytest.mark.parametrize("pair", foreign().values(), ids=str)
def test_each_fault_of_a_foreign_pair_names_its_checks(pair: Pair) -> None:
    """And no host that the pair has not."""
    plan = load(pair=pair)
    for _aspect, fault in catalogue(pair).values():
        assert fault.checks, fault.name
        assert {plan.host(name).name for name in fault.hosts + fault.seen_on} >= set(fault.hosts)
        for check in fault.checks:
            file, _, function = check.partition("::")
            text = (ROOT.parent / file).read_text()
            assert f"def {function}(" in text, check


def made(folder: Path, name: str, text: str) -> Image:
    """An image with this Containerfile."""
    (folder / name).mkdir()
    (folder / name / "Containerfile").write_text(text)
    return Image(f"localhost/{name}", folder / name, folder)


def test_an_image_is_built_anew_with_the_one_that_it_is_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is made with the code of the web hosts: other code, other database."""
    monkeypatch.setattr(images, "ROOT", tmp_path)
    monkeypatch.setattr(images, "SHARED", tmp_path)
    base = made(tmp_path, "base", "FROM x\n")
    web = made(tmp_path, "web", "FROM ${BASE}\nCOPY shop/ /srv/\n")
    db = made(tmp_path, "db", "FROM localhost/web AS made\nFROM ${BASE}\nCOPY --from=made /dump /\n")
    other = made(tmp_path, "other", "FROM ${BASE}\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "code").write_text("1")
    before = sources_digests(base, [db, other, web])
    (tmp_path / "shop" / "code").write_text("2")
    after = sources_digests(base, [db, other, web])
    changed = {tag for tag in before if before[tag] != after[tag]}
    assert changed == {"localhost/web", "localhost/db"}


def test_images_made_from_each_other_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a build would never begin."""
    monkeypatch.setattr(images, "ROOT", tmp_path)
    monkeypatch.setattr(images, "SHARED", tmp_path)
    base = made(tmp_path, "base", "FROM x\n")
    pair = [made(tmp_path, "a", "FROM localhost/b\n"), made(tmp_path, "b", "FROM localhost/a\n")]
    with pytest.raises(LabError, match="in a circle: localhost/a, localhost/b"):
        sources_digests(base, pair)


def test_another_release_comes_from_the_mirrors_of_this_machine() -> None:
    """Only Debian's own entries, each once."""
    targets = (
        "http://mirror.example/debian/ bookworm main Debian\n"
        "http://mirror.example/debian/ bookworm main Debian\n"
        "http://mirror.example/debian/ bookworm-updates main Debian\n"
        "http://mirror.example/security/ bookworm-security main Debian\n"
        "https://other.example/apt/ bookworm main Other Vendor\n"
        "https://third.example/apt/ nodistro main\n"
    )
    entries = [line.split("] ")[1] for line in sources_for("trixie", "bookworm", targets).splitlines()]
    assert entries == [
        "http://mirror.example/debian/ trixie main",
        "http://mirror.example/debian/ trixie-updates main",
        "http://mirror.example/security/ trixie-security main",
    ]


def test_a_build_is_lent_the_index_of_this_machine_and_none_of_its_files() -> None:
    """Its authorities are lent under another name; what lies on its disk, a build cannot see."""
    told = (
        "global.cert='/etc/ssl/ca.crt'\n"
        "global.index-url='https://index.example/simple'\n"
        "global.extra-index-url='file:///opt/a https://more.example/simple'\n"
        "global.find-links='/opt/wheels'\n"
        "global.constraint='/etc/pip/constraints.txt'\n"
        ":env:.default-timeout='180'\n"
    )
    assert pip_settings(told).splitlines() == [
        "[global]",
        "cert = /lab-build/pip/authorities.pem",
        "cache-dir = /lab-build/pip/cache",
        "index-url = https://index.example/simple",
        "extra-index-url = https://more.example/simple",
        "timeout = 180",
    ]
