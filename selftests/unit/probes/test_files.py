"""Configuration is compared line by line, without a secret, and each site by its own names."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from selftests.unit.sites import ARIZONA, DALLAS, site
from selftests.unit.targets import answered, web_host
from siteparity.judging.rules import Cohort, Pair, same
from siteparity.model import Table, UnmeasuredError
from siteparity.names import OwnNames
from siteparity.probes import Target
from siteparity.probes import files as probe
from siteparity.tools.configuration import files, release
from siteparity.tools.given import assigned

FOLDER = probe.ReleaseFolder(path="/srv/shop", version="VERSION", manifest="SHA256SUMS")
SECTION = probe.Policy(owner="Platform", releases={"web": FOLDER})
TARGET = web_host(SECTION)
OTHER_WAY = replace(TARGET, host=DALLAS.hosts[0], site=DALLAS, other=ARIZONA)


def said(*lines: str) -> bytes:
    """The answer about configuration."""
    return "".join(f"{line}\n" for line in ("[files]", "n\t7", *lines, "end")).encode()


def read(table: str, answer: bytes, target: Target[probe.Policy] = TARGET) -> Table:
    """One table of an answer about configuration."""
    return probe.PROBE.tables[table].read(answered(files=answer), target)


def text(*lines: str, path: str = "/etc/x.conf") -> bytes:
    """The answer about one file with these lines."""
    return said(f"f\t{path}\t0644 root:root\ttext", *(f"c\t{line}" for line in lines))


def judged(
    here: bytes,
    there: bytes,
    target: Target[probe.Policy] = TARGET,
    tables: tuple[str, ...] = ("content", "lines"),
) -> list[str]:
    """The items in which a host of Dallas and another one differ, in the tables of the text of files."""
    found: list[str] = []
    for table in tables:
        sides = [
            Cohort(OwnNames.of(of.site), {host.name: read(table, answer, replace(of, host=host))})
            for of, answer in ((OTHER_WAY, here), (target, there))
            for host in of.site.hosts[:1]
        ]
        found += [one.item for one in same(Pair(sides[0], sides[1], table), fix="").findings]
    return found


def test_a_sites_own_names_are_no_difference() -> None:
    """And the other site's are."""
    dallas, arizona = text("use web1.dallas.shop.example;"), text("use web1.arizona.shop.example;")
    assert not judged(dallas, arizona)
    assert judged(dallas, dallas)
    assert judged(arizona, dallas)


def upstream(network: int, *numbers: int) -> bytes:
    """A balancer's list of web hosts."""
    return text(
        "upstream {", *(f"    server 198.18.{network}.{20 + number}:8000;" for number in numbers), "}"
    )


def test_a_list_of_all_hosts_is_the_same_at_sites_of_different_sizes() -> None:
    """A list that lacks one of them, has one twice, or treats one differently, is not."""
    three, one = (replace(TARGET, site=site("arizona", 2, hosts=count)) for count in (3, 1))
    assert not judged(upstream(1, 1, 2), upstream(2, 1, 3, 2), three)
    assert not judged(upstream(1, 2, 1), upstream(2, 1), one)
    for wrong in (upstream(2, 1, 2), upstream(2, 1, 2, 3, 3), upstream(2, 1, 1, 2), upstream(2)):
        assert judged(upstream(1, 1, 2), wrong, three)
    weighted = upstream(2, 1, 2, 3).replace(b"23:8000;", b"23:8000 weight=9;")
    assert judged(upstream(1, 1, 2), weighted, three)


def haproxy(network: int, *labels: str) -> bytes:
    """The same with a name for each server."""
    servers = [
        f"server {label} 198.18.{network}.{20 + number}:8000 check" for number, label in enumerate(labels, 1)
    ]
    return text("backend shop", *servers)


def test_a_list_may_call_each_host_by_a_name_of_its_own() -> None:
    """With a number, or by the first name of the host."""
    three = replace(TARGET, site=site("arizona", 2, hosts=3))
    for labels in ("s1 s2 s3", "web1 web2 web3", "srv-03 srv-01 srv-02"):
        assert not judged(haproxy(1, "web1", "web2"), haproxy(2, *labels.split()), three)
    for labels in ("s1 s1 s3", "s1 s2", "s1 s2 s3 s4"):
        assert judged(haproxy(1, "web1", "web2"), haproxy(2, *labels.split()), three)


def test_a_rule_between_the_hosts_of_a_list_ends_it() -> None:
    """Whoever comes after it is treated otherwise."""
    ours = text("allow 198.18.1.21;", "allow 198.18.1.22;", "deny all;")
    theirs = text("allow 198.18.2.21;", "deny all;", "allow 198.18.2.22;")
    assert judged(ours, theirs, tables=("content",))


def test_a_line_that_looks_like_such_a_list_is_none() -> None:
    """What a file says never passes for what was made of it."""
    for forged in ("{web}", "{every web}", "\0web\0"):
        assert judged(upstream(1, 1, 2), text("upstream {", f"    server {forged}:8000;", "}"))


HOSTS_OF_BOTH = [
    f"198.18.{network}.{20 + number} web{number}.{name}.shop.example"
    for network, name in ((1, "dallas"), (2, "arizona"))
    for number in (1, 2)
]


def test_a_file_that_names_both_sites_alike_is_no_difference() -> None:
    """Such as /etc/hosts, byte for byte the same everywhere; or with the own site first."""
    whole = text("127.0.0.1 localhost", *HOSTS_OF_BOTH, path="/etc/hosts")
    turned = text("127.0.0.1 localhost", *HOSTS_OF_BOTH[2:], *HOSTS_OF_BOTH[:2], path="/etc/hosts")
    assert not judged(whole, whole)
    assert not judged(whole, turned)
    assert "none" in read("foreign", whole).values()


@pytest.mark.parametrize("missing", range(4))
def test_a_file_that_lacks_a_host_of_one_side_is_one(missing: int) -> None:
    """Also where it is byte for byte the same everywhere."""
    lines = [line for number, line in enumerate(HOSTS_OF_BOTH) if number != missing]
    short = text(*lines, path="/etc/hosts")
    assert judged(short, short)
    assert any("names" in str(value) for value in read("foreign", short).values())


def test_a_list_of_hosts_of_both_sites_that_lacks_some_names_the_other_site() -> None:
    """One host of each looks alike, and is the fault of somebody who edited one line of two."""
    mixed = text("server 198.18.1.22:8000;", "server 198.18.2.21:8000;")
    assert list(read("foreign", mixed)) == ["/etc/x.conf: server 198.18.1.22:8000;"]
    assert judged(upstream(1, 1, 2), mixed)


def test_a_file_that_is_equal_everywhere_and_names_one_site_differs() -> None:
    """As in 2012: sessions stayed at the old site."""
    line = "session_server = web1.dallas.shop.example"
    assert judged(text(line), text(line))
    assert read("foreign", text(line)) == {f"/etc/x.conf: {line}": "names dallas"}
    assert "none" in read("foreign", text(line), OTHER_WAY).values()


def test_long_lines_and_long_files_are_compared_with_names_replaced() -> None:
    """However long."""
    ours, theirs = (text("x" * 300 + f" web1.{name}.shop.example") for name in ("dallas", "arizona"))
    assert not judged(ours, theirs)
    many = [f"setting{number} = {number}" for number in range(probe.MOST_LINES + 10)]
    long, edited = (text(*many, f"bind {address}") for address in ("198.18.1.21", "198.18.2.21"))
    assert not judged(long, edited)
    assert judged(long, text(*many, "bind 198.18.2.22"))
    assert judged(long, text(*many[:-1], "setting = 1", "bind 198.18.2.21"))


def test_the_order_of_lines_counts() -> None:
    """The first rule that matches often decides."""
    one, other = text("allow a;", "deny all;"), text("deny all;", "allow a;")
    assert read("content", one) != read("content", other)
    assert read("lines", one) == read("lines", other)


def test_each_line_is_an_item_so_that_a_difference_reads_as_one() -> None:
    """Which line is there, and how often."""
    table = read("lines", text("a  b", "", "c", "c"))
    assert {item: value for item, value in table.items() if item.startswith("/etc")} == {
        "/etc/x.conf: a b": "there",
        "/etc/x.conf: c": "there 2 times",
    }


def test_long_lines_that_differ_at_their_end_stay_different() -> None:
    """An item is cut, and carries a digest."""
    assert read("lines", text("x" * 300 + "a")).keys() != read("lines", text("x" * 300 + "b")).keys()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("server 198.18.1.21;", True),
        ("server web1.dallas.shop.example;", True),
        ("server web1.arizona.shop.example;", False),
        ("server 198.18.2.21; # was dallas", False),
        ("# dallas", False),
        ("server 198.18.1.210;", False),
        ("zone America/dallas", False),
    ],
)
def test_a_line_that_names_the_other_site_is_told(line: str, found: bool) -> None:  # the expected answer
    """Comments mean nothing, and an address is no part of a longer one."""
    table = read("foreign", text(line))
    assert table == (
        {f"/etc/x.conf: {line}": "names dallas"} if found else {"lines that name the other site": "none"}
    )


def test_a_file_that_the_policy_names_is_expected() -> None:
    """It may be gone at both sites alike."""
    section = SECTION.model_copy(
        update={"every_host": ("/etc/a", "/etc/b.d/*"), "files": {"web": ("/etc/a",)}}
    )
    answer = said("g\t/etc/a\t1", "g\t/etc/b.d/*\t0")
    table = read("named", answer, web_host(section))
    assert table == {"files of the policy": "there", "/etc/a": "there", "/etc/b.d/*": "no such file"}
    with pytest.raises(UnmeasuredError):
        read("named", said("g\t/etc/a\t1"), web_host(section))


def test_a_list_of_peers_may_name_both_sites() -> None:
    """Where the policy says so."""
    section = SECTION.model_copy(update={"may_name_the_other_site": ("/etc/x.conf",)})
    assert "none" in read("foreign", text("dallas"), web_host(section)).values()


def test_without_the_other_site_its_names_cannot_be_looked_for() -> None:
    """That is not "none"."""
    with pytest.raises(UnmeasuredError):
        read("foreign", text("x"), replace(TARGET, other=None))


@pytest.mark.parametrize(
    ("lines", "planned", "expected"),
    [
        ((), (), probe.AS_PLANNED),
        (("P",), (), "is there, and the policy does not say so"),
        (("P", "p\t/lib/x.so"), (), "not as the policy says: /lib/x.so"),
        (("P", "p\t/lib/x.so"), ("/lib/x.so",), probe.AS_PLANNED),
        ((), ("/lib/x.so",), "missing, and the policy wants it"),
        (("P", "p\t"), ("/lib/x.so",), "not as the policy says: /lib/x.so"),
    ],
)
def test_what_is_forced_into_every_program_is_planned(
    lines: tuple[str, ...], planned: tuple[str, ...], expected: str
) -> None:
    """Equal is not healthy: the same stranger at both sites is one."""
    section = SECTION.model_copy(update={"preload": planned})
    assert read("preload", said(*lines), web_host(section)) == {probe.PRELOAD: expected}


def test_what_is_gone_a_link_and_what_is_no_text_are_told() -> None:
    """Each in its own way."""
    digest = "ab" * 32
    answer = said(
        "f\t/etc/gone\t-\tunpacked",
        "f\t/etc/link\t0777 root:root\tlink /etc/x",
        "f\t/etc/link\t0777 root:root\ttext",
        "c\tline",
        f"f\t/etc/big\t0644 root:root\tdigest {digest}",
    )
    content = read("content", answer)
    assert content["/etc/gone"] == "gone, and its package brings it"
    assert content["/etc/link (link)"] == "link /etc/x"
    assert content["/etc/big"] == f"digest {digest}"
    assert str(content["/etc/link"]).startswith("1 lines")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        said("c\tline"),
        said("f\t/etc/x\t0644\ttext"),
        said("f\tx\t0644 root:root\ttext"),
        said("f\t/etc/x\t0644 root:root\tlikely"),
        said("p\t/lib/x"),
        said("topsecret"),
        b"[files]\nend\n",
        said()[:-1],
    ],
)
def test_files_that_are_not_understood_are_unmeasured_and_not_repeated(answer: bytes) -> None:
    """Half a listing would make files look missing."""
    with pytest.raises(UnmeasuredError) as error:
        read("content", answer)
    assert "topsecret" not in str(error.value)


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A small root of its own, with two conffiles, one of them changed."""
    (tmp_path / "etc/app").mkdir(parents=True)
    (tmp_path / "var/lib/dpkg").mkdir(parents=True)
    for name in ("kept", "open"):
        (tmp_path / f"etc/{name}").write_text("as packaged\n", encoding="utf-8")
    (tmp_path / "etc/kept").chmod(0o644)
    (tmp_path / "etc/open").chmod(0o666)
    (tmp_path / "etc/edited").write_text("requirepass topsecret\nother 1\n", encoding="utf-8")
    (tmp_path / "etc/app/a.conf").write_text("url redis://u:topsecret@h/0\n\ttab\n", encoding="utf-8")
    (tmp_path / "etc/app/b b.conf").write_bytes(b"\xff\0binary topsecret")
    (tmp_path / "etc/app/key").write_text(
        "-----BEGIN PRIVATE KEY-----\ntopsecret\n-----END PRIVATE KEY-----\nafter\n", encoding="utf-8"
    )
    (tmp_path / "etc/app/left.dpkg-dist").touch()
    packaged = hashlib.md5(b"as packaged\n", usedforsecurity=False).hexdigest()
    lines = [f" {tmp_path}/etc/{name} {packaged}" for name in ("kept", "open", "edited", "gone")]
    lines += [f" {tmp_path}/etc/old {packaged} obsolete", f" {tmp_path}/etc/elsewhere {packaged}"]
    (tmp_path / "var/lib/dpkg/status").write_text(
        "\n".join(["Package: x", "Conffiles:", *lines, "Description: y", ""]), encoding="utf-8"
    )
    return tmp_path


def program(path: Path, text: str) -> None:
    """A script of the host."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def deliver(root: Path, strays: set[str]) -> None:
    """Let a package have delivered all but these, unless the host has rpm."""
    if (root / "db").exists():
        return
    lists = root / "var/lib/dpkg/info"
    lists.mkdir(parents=True, exist_ok=True)
    found = (str(path) for path in sorted((root / "etc").rglob("*")))
    (lists / "all.list").write_text("".join(f"{one}\n" for one in found if one not in strays))


def look(
    root: Path,
    *patterns: str,
    including: str = "/etc/nginx/nginx.conf",
    named: Sequence[str] | None = None,
    strays: Sequence[str] = (),
    units: Sequence[str] = (),
) -> files.ConfigurationFiles:
    """The real question, of that root. All but ``strays`` was delivered by a package."""
    paths, nginx = [f"{root}{one}" for one in patterns], [f"{root}{including}"]
    named = paths + nginx if named is None else named
    told = f"KEY={'5e' * 32};" + assigned(
        PATHS=paths, ELSEWHERE=[f"{root}/etc/else*"], UNITS=units, NGINX=nginx, NAMED=named, KNOWN=["shop"]
    )
    question = files.QUESTION
    for place in ("/var/lib/dpkg", "/var/spool", '"/etc', "{^/etc", '"^/etc', "(/etc", " /etc"):
        question = question.replace(place, place.replace("/", f"{root}/", 1))
    here = told + question.replace('-d "/run/systemd/system"', "1")
    (root / "etc").mkdir(exist_ok=True)
    deliver(root, {f"{root}{one}" for one in strays})
    program(root / "bin/getent", f"cat {root}/etc/passwd 2>&1 || true")
    home = {"HOME": os.environ["HOME"], "PATH": f"{root}/bin:/usr/bin:/bin"}
    done = subprocess.run(["sh", "-c", here], capture_output=True, check=False, env=home)
    assert done.returncode == 0, done.stderr
    assert b"topsecret" not in done.stdout
    return files.read(answered(files=done.stdout).parts("files", files.PARTS))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read what others may not")
def test_what_root_has_not_named_is_read_only_if_everybody_may() -> None:
    """Neither a file that is closed, nor one in a closed folder or behind a link; by name all of them."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:
        root = Path(made)
        root.chmod(0o755)
        for name, mode in {"open": 0o644, "closed": 0o640, "hidden/file": 0o644, "key": 0o600}.items():
            file = root / "etc" / name
            file.parent.mkdir(exist_ok=True, parents=True)
            file.write_text("line\n", encoding="utf-8")
            file.chmod(mode)
        (root / "etc/hidden").chmod(0o700)
        (root / "etc/link").symlink_to(root / "etc/key")
        assert [file.path for file in look(root, "/etc/op*", named=[]).files] == [f"{root}/etc/open"]
        for pattern in ("/etc/closed", "/etc/c*", "/etc/hidden/*", "/etc/link"):
            with pytest.raises(
                AssertionError, match="not everybody may read it, and root has not allowed it"
            ):
                look(root, pattern, named=[f"{root}/etc/open"])
            assert "text" in {file.kind for file in look(root, pattern).files}
        assert len(look(root, "/etc/c*", "/etc/closed", named=[f"{root}/etc/closed"]).files) == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can read what others may not")
def test_what_an_nginx_includes_is_read_as_its_main_file_is() -> None:
    """A main file that root has not named leads to nothing that is closed."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as made:
        root = Path(made)
        root.chmod(0o755)
        (root / "etc").mkdir()
        (root / "etc/main").write_text("include closed;\n", encoding="utf-8")
        (root / "etc/closed").write_text("x;\n", encoding="utf-8")
        (root / "etc/closed").chmod(0o600)
        with pytest.raises(AssertionError, match="closed: not everybody may read it"):
            look(root, including="/etc/main", named=[])
        assert len(look(root, including="/etc/main").files) == 2


def test_settings_of_an_application_are_compared_unless_they_are_the_environment_of_a_service(
    host: Path,
) -> None:
    """An environment file is judged with what the service runs with; of all others only the file tells."""
    (host / "bin").mkdir()
    systemctl = host / "bin" / "systemctl"
    of_shop = f"EnvironmentFiles={host}/etc/app/a.conf (ignore_errors=no)"
    systemctl.write_text(f"#!/bin/sh\n[ $4 = shop.service ] && echo '{of_shop}'\n")
    systemctl.chmod(0o755)
    both = ("/etc/app/a.conf", "/etc/app/key")
    for units, compared in (((), {"a.conf", "key"}), (("shop.service",), {"key"})):
        seen = look(host, *both, units=units)
        assert {Path(one.path).name for one in seen.files if "/app/" in one.path} == compared
    systemctl.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(AssertionError, match="systemctl: exit 1"):
        look(host, *both, units=("shop.service",))


def test_real_files_are_read_without_their_secrets(host: Path) -> None:
    """Named files, changed conffiles, and what is gone; not what is as packaged or judged elsewhere."""
    seen = look(host, "/etc/app/*", "/etc/none*")
    by_name: Mapping[str, files.File] = {one.path.removeprefix(f"{host}/etc/"): one for one in seen.files}
    assert set(by_name) == {
        "app/a.conf",
        "app/b b.conf",
        "app/key",
        "app/left.dpkg-dist",
        "edited",
        "gone",
        "open",
    }
    assert by_name["edited"].lines == ("requirepass ***", "other 1", "")
    assert by_name["app/a.conf"].lines == ("url redis://u:***@h/0", "\\x09tab", "")
    begin, end = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"
    assert by_name["app/key"].lines == (begin, "***", end, "after", "")
    assert by_name["gone"].kind == "unpacked"
    digest = hashlib.sha256(b"\xff\0binary topsecret").hexdigest()
    assert by_name["app/b b.conf"].kind == f"digest {digest}"
    assert seen.left == (f"{host}/etc/app/left.dpkg-dist",)
    assert (by_name["open"].kind, by_name["open"].rights.split()[0]) == ("packaged", "0666")
    assert (seen.preload, seen.conffiles) == (None, 4)
    assert seen.matches == {f"{host}/etc/app/*": 4, f"{host}/etc/none*": 0}


def test_a_named_file_that_another_aspect_judges_is_there(host: Path) -> None:
    """It is not compared twice, and nobody is told that it is missing."""
    (host / "etc/elsewhere").write_text("x 1\n", encoding="utf-8")
    seen = look(host, "/etc/elsewhere")
    assert seen.matches == {f"{host}/etc/elsewhere": 1}
    assert not [one for one in seen.files if "elsewhere" in one.path]


def test_a_real_large_file_is_read_and_a_huge_one_told_by_its_digest(host: Path) -> None:
    """php.ini has 74 KB."""
    line = "setting = value\n"
    (host / "etc/app/large").write_text(line * 20_000, encoding="utf-8")
    (host / "etc/app/huge").write_text(line * (files.LARGEST_TEXT // len(line) + 1), encoding="utf-8")
    seen = {one.path.rpartition("/")[2]: one for one in look(host, "/etc/app/large", "/etc/app/huge").files}
    assert len(seen["large"].lines) == 20_001
    assert seen["huge"].kind.startswith("digest ")


def test_real_links_and_preloads_are_read(host: Path) -> None:
    """A link counts by where it leads to, and by what stands there."""
    (host / "etc/app/link").symlink_to(host / "etc/kept")
    (host / "etc/ld.so.preload").write_text("/lib/a.so /lib/b.so # why\n", encoding="utf-8")
    seen = look(host, "/etc/app/link")
    of_link = [one for one in seen.files if one.path.endswith("/link")]
    assert [one.kind for one in of_link] == [f"link {host}/etc/kept", "text"]
    assert of_link[1].lines == ("as packaged", "")
    assert seen.preload == ("/lib/a.so", "/lib/b.so")


def test_what_nginx_includes_is_read_wherever_it_lies(host: Path) -> None:
    """As nginx finds it: relative to its own folder, by wildcards, quoted, behind links, in circles."""
    nginx = host / "etc/nginx"
    for folder in ("sites-enabled", "sites-available", "snippets", "it's"):
        (nginx / folder).mkdir(parents=True)
    texts = {
        "nginx.conf": f"events {{}} include {host}/etc/kept;\n"
        "http {include sites-enabled/*;include none/*;\n"
        '\tinclude "it\'s/a b.conf"; include\tmime.types ; # include sites-available/unused;\n}\n',
        "sites-available/shop": "server { include snippets/tls.conf; }\n",
        "sites-available/unused": "x;\n",
        "snippets/tls.conf": f"include nginx.conf; include {host}/etc/elsewhere; include gone.conf;\n",
        "mime.types": "types {}\n",
        "it's/a b.conf": "y;\n",
    }
    for name, content in texts.items():
        (nginx / name).write_text(content, encoding="utf-8")
    (nginx / "sites-enabled/shop").symlink_to("../sites-available/shop")
    (host / "etc/elsewhere").touch()
    found = [one for one in look(host).files if one.path.startswith(str(nginx))]
    assert [(one.path.removeprefix(f"{nginx}/"), one.kind) for one in found] == [
        ("it's/a b.conf", "text"),
        ("mime.types", "text"),
        ("nginx.conf", "text"),
        ("sites-enabled/shop", "link ../sites-available/shop"),
        ("sites-enabled/shop", "text"),
        ("snippets/tls.conf", "text"),
    ]
    assert all(one.rights != "-" for one in found)
    paths = {one.path for one in look(host).files}
    assert f"{host}/etc/kept" in paths
    assert f"{host}/etc/elsewhere" not in paths


def test_what_may_be_there_is_asked_for_and_not_expected() -> None:
    """A script that runs at boot is compared where there is one."""
    told = dict(probe.ask(TARGET)["files"].given)
    assert "/etc/rc.local" in told["PATHS"].split()
    assert told["NGINX"] == "/etc/nginx/nginx.conf"
    assert read("named", said("g\t/etc/rc.local\t0")) == {"files of the policy": "there"}


def test_what_no_package_delivered_is_read_whoever_may_read_it(host: Path) -> None:
    """Nothing of it leaves the host that is not known to be harmless; of one host, judged elsewhere: not."""
    etc, own = host / "etc", ("ssh/ssh_host_rsa_key", "elsewhere", "machine-id")
    made = {
        "features.json": '{"cart": true, "token": "topsecret"}\n',
        "letsencrypt/renewal/shop.example.conf": "# by certbot 2.1\naccount = 0a1b\nversion = 2.1.0\n",
        "ssh/ssh_config.d/jump.conf": "# by hand\n#include gate\n#\nProxyJump gate.example\n",
        "vault/open.key": "topsecret-of-all\n",
        "vault/own.pem": "-----BEGIN CERTIFICATE-----\ntopsecret\n-----END CERTIFICATE-----\n",
        "vault/closed.p12": "\0topsecret\xff",
        **dict.fromkeys(own, "topsecret\n"),
    }
    for name, content in made.items():
        (etc / name).parent.mkdir(exist_ok=True, parents=True)
        (etc / name).write_text(content, encoding="latin-1")
    (etc / "vault/closed.p12").chmod(0o600)
    (etc / "vault/link").symlink_to("open.key")
    (etc / "vault/program").symlink_to("/usr/bin/env")
    strays = [f"/etc/{name}" for name in (*made, "vault/link", "vault/program")]
    before = {one.path for one in look(host).files}
    new = [one for one in look(host, strays=strays).files if one.path not in before]
    found = [(one.path.removeprefix(f"{etc}/"), one.kind, one.lines) for one in new]
    assert found == [
        ("features.json", "text", ('{"cart": true, "token": "***"}', "")),
        ("letsencrypt/renewal/shop.example.conf", "text", ("version = 2.1.0", "")),
        ("ssh/ssh_config.d/jump.conf", "text", ("#include gate", "ProxyJump gate.example", "")),
        ("vault/closed.p12", "text", ("***",)),
        ("vault/link", "link open.key", ()),
        ("vault/link", "text", ("***", "")),
        ("vault/open.key", "text", ("***", "")),
        ("vault/own.pem", "PEM CERTIFICATE", ()),
        ("vault/program", "link /usr/bin/env", ()),
    ]
    assert len({one.hidden[0][1] for one in new if "vault" in one.path and one.hidden}) == 2
    assert all(one.state for one in new if one.hidden)


def test_of_a_folder_with_very_many_such_files_one_digest_tells(host: Path) -> None:
    """Its files, their modes and where its links lead to all count; what is closed is told by itself."""
    folder = host / "etc/trust"
    folder.mkdir()
    names = [f"/etc/trust/{number}" for number in range(files.MOST_STRAYS + 3)]
    for name in names[:-1]:
        (host / name[1:]).write_text("x\n", encoding="utf-8")
    (host / names[-1][1:]).symlink_to("0")

    def told() -> dict[str, str]:
        return {
            one.path.removeprefix(f"{folder}/"): one.kind
            for one in look(host, strays=names).files
            if "trust" in one.path
        }

    kinds = [told()]
    assert list(kinds[0]) == ["*"]
    for change in (
        partial((folder / "5").write_text, "y\n", encoding="utf-8"),
        partial((folder / "5").chmod, 0o664),
        (host / names[-1][1:]).unlink,
    ):
        change()
        kinds.append(told())
    assert len({one["*"] for one in kinds}) == 4
    (folder / "6").chmod(0o600)
    assert set(told()) == {"*", "6"}


def test_what_programs_read_in_a_home_is_compared(host: Path) -> None:
    """Of root and of system accounts; the names of hosts may be hashed, each time otherwise."""
    for name, uid in (("root", 0), ("worker", 120), ("people", 1000)):
        home = host / "home" / name
        (home / ".ssh").mkdir(parents=True)
        (home / ".pgpass").write_text("db.example:5432:shop:shop:topsecret\n", encoding="utf-8")
        known = f"|1|{name}= ssh-ed25519 AAAAC3NzaC1lZDI1NTE5\n# note\ngit.example ssh-rsa AAAAB3Nz\n"
        (home / ".ssh/known_hosts").write_text(known, encoding="utf-8")
        with (host / "etc/passwd").open("a", encoding="utf-8") as accounts:
            accounts.write(f"{name}:x:{uid}:{uid}::{home}:/bin/sh\n")
    found = {one.path.removeprefix(f"{host}/home/"): one for one in look(host).files if "/home/" in one.path}
    assert list(found) == [
        f"{name}/{file}" for name in ("root", "worker") for file in (".pgpass", ".ssh/known_hosts")
    ]
    assert found["worker/.pgpass"].lines == ("db.example:5432:shop:shop:***", "")
    here, there = (found[f"{name}/.ssh/known_hosts"] for name in ("root", "worker"))
    assert here.hidden == there.hidden
    assert [line.split()[0] for line in here.lines] == ["(hashed)", "git.example"]


def test_a_host_without_dpkg_has_no_conffiles(host: Path) -> None:
    """The files of the policy are read all the same."""
    (host / "var/lib/dpkg/status").unlink()
    seen = look(host, "/etc/kept")
    assert (len(seen.files), seen.conffiles) == (1, 0)


SPEC = """
Name: shop
Version: 1
Release: 1
Summary: shop
License: none
BuildArch: noarch
%description
shop
%install
mkdir -p %{{buildroot}}{root}
cd %{{buildroot}}{root}
for name in kept edited gone open else "b b"; do echo as packaged >"$name"; done
echo plain >plain
%files
%defattr(644,root,root)
%config {root}/kept
%config(noreplace) {root}/edited
%config {root}/gone
%config {root}/open
%config {root}/else
%config "{root}/b b"
{root}/plain
"""


@pytest.fixture
def host_of_rpm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root whose configuration files come from a package in a real database of rpm."""
    root = tmp_path / "etc"
    (tmp_path / "shop.spec").write_text(SPEC.format(root=root), encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".rpmmacros").write_text(
        f"%_dbpath {tmp_path}/db\n%_topdir {tmp_path}/top\n", encoding="utf-8"
    )
    made = tmp_path / "top/RPMS/noarch/shop-1-1.noarch.rpm"
    for words in (["rpmbuild", "-bb", "shop.spec"], ["rpm", "-i", "--nodeps", str(made)]):
        subprocess.run(words, cwd=tmp_path, check=True, capture_output=True)
    return tmp_path


def test_configuration_files_of_rpm_are_told_as_dpkgs_are(host_of_rpm: Path) -> None:
    """Edited, gone, with other rights; what is no configuration file, or judged elsewhere, is left out."""
    assert look(host_of_rpm).conffiles == 5
    assert look(host_of_rpm).files == []
    etc = host_of_rpm / "etc"
    (etc / "edited").write_text("requirepass topsecret\n", encoding="utf-8")
    for name in ("b b", "else", "plain"):
        (etc / name).write_text("edited\n", encoding="utf-8")
    (etc / "gone").unlink()
    (etc / "open").chmod(0o666)
    found = {one.path.removeprefix(f"{etc}/"): one for one in look(host_of_rpm).files}
    assert {name: one.kind for name, one in found.items()} == {
        "b b": "text",
        "edited": "text",
        "gone": "unpacked",
        "open": "packaged",
    }
    assert found["edited"].lines == ("requirepass ***", "")
    assert found["open"].rights == "0666 root:root"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A release with its list of checksums."""
    folder = tmp_path / "shop"
    (folder / "code").mkdir(parents=True)
    (folder / "code/a.py").write_text("a", encoding="utf-8")
    (folder / "code/a.pyc").write_text("made by hosts", encoding="utf-8")
    (folder / "code/b b.py").write_text("b", encoding="utf-8")
    listed = "find code -type f -name '*.py' -exec sha256sum {} + >SHA256SUMS; echo 1.2 >VERSION"
    subprocess.run(["sh", "-c", listed], cwd=folder, check=True)
    return folder


def parts(answer: bytes) -> Mapping[str, list[str]]:
    """The parts of an answer about a release."""
    return answered(release=answer).parts("release", release.PARTS)


def released(folder: Path, *left_out: str) -> release.Release:
    """The real question about a release."""
    question = release.question(str(folder), "VERSION", "SHA256SUMS", left_out)
    done = subprocess.run(["sh", "-c", question], capture_output=True, check=True)
    return release.read(parts(done.stdout), has_manifest=True)


BESIDES = ("VERSION", "SHA256SUMS")


def test_a_release_is_held_against_its_own_list(shop: Path) -> None:
    """Edited, missing, added: each by its name."""
    assert released(shop).states(BESIDES) == {}
    assert released(shop).version == "1.2"
    (shop / "code/a.py").write_text("edited", encoding="utf-8")
    (shop / "code/b b.py").unlink()
    (shop / "code/c.py").touch()
    assert released(shop).states(BESIDES) == {
        "code/a.py": release.EDITED,
        "code/b b.py": release.MISSING,
        "code/c.py": release.EXTRA,
    }
    assert "code/c.py" not in released(shop, "code/c.*").files


def test_a_release_behind_a_link_is_read(shop: Path) -> None:
    """Deployments switch a link."""
    (shop / "code").rename(shop.parent / "leave_out")
    (shop / "code").symlink_to(shop.parent / "leave_out")
    assert released(shop).states(BESIDES) == {}


@pytest.fixture
def work_tree() -> Iterator[Path]:
    """A release that is a work tree of git, and somebody else's."""
    with tempfile.TemporaryDirectory(prefix="siteparity-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        for name in ("a.py", "b b.py", "c.py"):
            (folder / name).write_text(name, encoding="utf-8")
        me = ["-c", "user.name=a", "-c", "user.email=a@shop.example"]
        for words in (["init", "-q"], ["add", "."], [*me, "commit", "-q", "-m", "x"]):
            subprocess.run(["git", *words], cwd=folder, check=True)
        subprocess.run(["chown", "-R", "65534:65534", made], check=True)
        yield folder


def from_git(folder: Path, *left_out: str) -> release.Release:
    """The real question to git."""
    question = release.question_to_git(str(folder), left_out)
    done = subprocess.run(["sh", "-c", question], capture_output=True, check=True)
    return release.read_from_git(parts(done.stdout), left_out)


def test_a_work_tree_of_git_is_held_against_its_commit(work_tree: Path) -> None:
    """Edited, missing, added, hidden from git: each by its name; the version is the commit."""
    commit = (work_tree / ".git/refs/heads").iterdir().__next__().read_text().strip()
    clean = from_git(work_tree)
    assert (clean.version, clean.states(()), set(clean.files)) == (commit, {}, {"a.py", "b b.py", "c.py"})
    (work_tree / "a.py").write_text("edited", encoding="utf-8")
    (work_tree / "b b.py").unlink()
    (work_tree / "d.py").touch()
    (work_tree / "uploads").mkdir()
    (work_tree / "uploads/x").touch()
    hide = ["git", "-c", "safe.directory=*", "update-index", "--assume-unchanged", "c.py"]
    subprocess.run(hide, cwd=work_tree, check=True)
    subprocess.run(["chown", "-R", "65534:65534", str(work_tree)], check=True)
    assert from_git(work_tree, "uploads/*").states(()) == {
        "a.py": release.EDITED,
        '"b b.py"': release.MISSING,
        "d.py": release.EXTRA,
        "c.py": release.HIDDEN,
    }


def test_a_work_tree_is_looked_at_as_its_owner_and_left_as_it_is(work_tree: Path) -> None:
    """Its configuration may name programs: they do not run, and not as root; the index is not written."""
    with (work_tree / ".git/config").open("a") as config:
        config.write(f'[core]\n\tfsmonitor = "id -u >{work_tree}/ran; false"\n')
    (work_tree / "a.py").touch()
    index = (work_tree / ".git/index").read_bytes()
    assert from_git(work_tree).states(()) == {}
    assert not (work_tree / "ran").exists()
    assert (work_tree / ".git/index").read_bytes() == index


@pytest.mark.parametrize("settings", [{}, {"version": "V", "git": True}, {"git": True, "manifest": "M"}])
def test_a_release_has_one_source_of_its_version(settings: dict[str, Any]) -> None:
    """A file, or git."""
    with pytest.raises(ValidationError, match="expected a version file"):
        probe.ReleaseFolder(path="/srv/shop", **settings)


def test_a_release_of_git_is_asked_of_git() -> None:
    """By the policy's word alone."""
    of_git = probe.ReleaseFolder(path="/srv/shop", git=True)
    target = web_host(probe.Policy(owner="Platform", releases={"web": of_git}))
    assert "rev-parse" in probe.ask(target)["release"].text
    sums, modes = f"{'ab' * 32}  ./a.py\n", "644 root:root ./a.py\n"
    answer = f"[version]\n{'cd' * 20}\n[manifest]\n M a.py\n[files]\n{sums}[modes]\n{modes}end\n".encode()
    assert probe.read_released(answered(release=answer), target) == {"/srv/shop/a.py": release.EDITED}
    assert probe.read_release(answered(release=answer), target)["/srv/shop version"] == "cd" * 20


def test_the_tree_of_a_release_is_compared_file_by_file() -> None:
    """Its digest alone would not say which file."""
    sums = "".join(f"{'ab' * 32}  ./{name}\n" for name in ("a.py", *BESIDES))
    modes = "".join(f"644 root:root ./{name}\n" for name in ("a.py", *BESIDES))
    listed = f"{'ab' * 32}  a.py\n"
    answer = f"[version]\n1\n\n[manifest]\n{listed}\n[files]\n{sums}[modes]\n{modes}end\n".encode()
    answers = answered(release=answer)
    table = probe.read_release(answers, TARGET)
    assert table["/srv/shop version"] == "1"
    assert table["/srv/shop/a.py"] == "644 root:root sha256 abababababab"
    assert probe.read_released(answers, TARGET) == {"/srv/shop": release.AS_RELEASED}


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[version]\n\n[manifest]\n\n[files]\n[modes]\nend\n",
        b"[version]\n1\n2\n[manifest]\n[files]\n[modes]\nend\n",
        b"[version]\n1\n[manifest]\nx\n[files]\nx\n[modes]\nend\n",
        b"[version]\n1\n[manifest]\n[files]\n" + b"ab" * 32 + b"  ./a\n[modes]\n644 a:b ./a\nend\n",
    ],
)
def test_a_release_that_is_not_understood_is_unmeasured(answer: bytes) -> None:
    """No file, no version, no list of checksums: nothing to compare."""
    with pytest.raises(UnmeasuredError):
        release.read(parts(answer), has_manifest=True)


@given(st.binary())
def test_any_answer_is_facts_or_unmeasured(answer: bytes) -> None:
    """Whatever a host prints makes a table or a reason, and nothing else."""
    framed = b"[files]\nn\t7\n" + answer + b"\nend\n"
    in_parts = (
        b"[version]\n1\n[manifest]\n"
        + answer
        + b"\n[files]\n"
        + answer
        + b"\n[modes]\n"
        + answer
        + b"\nend\n"
    )
    for configuration, deployed in ((answer, answer), (framed, in_parts)):
        for reading in probe.PROBE.tables.values():
            with contextlib.suppress(UnmeasuredError):
                reading.read(answered(files=configuration, release=deployed), TARGET)


def test_of_a_very_large_file_only_names_are_shown_and_each_line_is_compared(host: Path) -> None:
    """Nobody waits for each of its words; a line that names the other site is found all the same."""
    lines = [f"map k{number} web1.dallas.shop.example 10.0.0.{number % 200};" for number in range(15_000)]
    (host / "etc/app/large").write_text("\n".join(lines), encoding="utf-8")
    seen = {one.path.rpartition("/")[2]: one for one in look(host, "/etc/app/large").files}["large"]
    assert seen.lines[7] == "*** 10.0.0.7"
    assert len(seen.hidden) == files.MOST_HASHES
    (host / "etc/app/large").write_text("\n".join([*lines[:-1], "map x y 10.0.0.199;"]), encoding="utf-8")
    other = {one.path.rpartition("/")[2]: one for one in look(host, "/etc/app/large").files}["large"]
    assert seen.hidden[:-1] == other.hidden[:-1]
    assert seen.hidden[-1] != other.hidden[-1]


def test_what_is_hidden_is_a_finding_that_names_its_key() -> None:
    """And the file may be one in which each site has a key of its own."""
    state = "t\t/etc/x.conf\t7 1795771920.120000000 412"
    answers = [
        said("f\t/etc/x.conf\t0644 root:root\ttext", f"c\t$dbpass = '***';\t{digest}", state)
        for digest in ("0" * 12, "1" * 12)
    ]
    assert judged(answers[0], answers[1], tables=("content", "lines")) == []
    assert judged(answers[0], answers[1], tables=("hidden",)) == ["/etc/x.conf: $dbpass = '***';"]
    apart = replace(TARGET, section=SECTION.model_copy(update={"may_hide_differences": ("/etc/x.conf",)}))
    assert read("hidden", answers[0], apart) == {"what configuration hides": "compared"}
    changed = {"/etc/x.conf": "inode, change, size 7 1795771920.120000000 412"}
    assert read("_changed", answers[0]) == {"files that hide something": "looked at"} | changed
    assert read("_changed", answers[0], apart) == {"files that hide something": "looked at"}


@pytest.mark.parametrize(
    "lines",
    [
        ("c\tx = ***\t0123456789ab",),
        ("c\tx = ***\tzz",),
        ("c\tx = 1\t0123456789ab", "t\t/etc/x.conf\t7 1.0 2"),
    ],
)
def test_a_line_that_hides_something_and_does_not_prove_it_is_unmeasured(lines: tuple[str, ...]) -> None:
    """Without the time of the last change nobody could tell later whether it still holds."""
    with pytest.raises(UnmeasuredError):
        read("lines", said("f\t/etc/x.conf\t0644 root:root\ttext", *lines))
