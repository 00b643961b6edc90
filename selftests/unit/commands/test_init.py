"""``siteparity init`` as a user runs it: what the printed script brought back becomes files."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from selftests.unit.drafting.recorded import PRIMARY, STANDBY, Answers, answers
from siteparity.commands.cli import main
from siteparity.drafting import questions
from siteparity.drafting.asking import Live, demand_different_machines, from_folder
from siteparity.drafting.given import given_sites
from siteparity.model import ConfigurationError, Host
from siteparity.probes import discover
from siteparity.transport.script import Ask

Init = Callable[..., tuple[int, str]]


def printed(said: Answers) -> bytes:
    """What the script prints on a host that answers so."""
    nonce = questions.nonce(questions.asks(discover()))
    lines = [f"\n@{nonce} ^ 1796111644.686706994\n".encode()]
    for name, one in said.items():
        payload = base64.b64encode(one.text + f"{nonce}{one.status:03d}".encode())
        lines.append(f"\n@{nonce} {name} ".encode() + payload + b" 0\n")
    return b"".join([*lines, f"\n@{nonce} . {len(said)}\n".encode()])


def typed(site: str) -> str:
    """A site as somebody types it."""
    return f"{site}={','.join(f'bench@{host}' for host in answers()[site])}"


@pytest.fixture
def came_back(tmp_path: Path) -> Path:
    """The folder with what the script brought back from every host."""
    folder = tmp_path / "answers"
    for site, hosts in answers().items():
        (folder / site).mkdir(parents=True)
        for host, said in hosts.items():
            (folder / site / f"bench@{host}").write_bytes(printed(said))
    return folder


@pytest.fixture
def init(came_back: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Init:
    """Run the command on these answers; its exit code and stdout."""

    def run(*more: str, out: str = "out") -> tuple[int, str]:
        sites = (typed(PRIMARY), typed(STANDBY))
        status = main(["init", *sites, "--answers", str(came_back), "--out", str(tmp_path / out), *more])
        captured = capsys.readouterr()
        return status, captured.out + captured.err

    return run


def files(folder: Path) -> Mapping[str, bytes]:
    """Every file below a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_it_writes_inventories_policy_and_draft(init: Init, tmp_path: Path) -> None:
    """And says what was left out, and what only a person can answer, with file and line."""
    status, text = init()
    assert status == 0
    assert set(files(tmp_path / "out")) == {
        "policy.yml",
        "draft.yml",
        f"{PRIMARY}/hosts.yml",
        f"{STANDBY}/hosts.yml",
    }
    assert "shop-mailings.service: runs on" in text
    first = text.partition("the most useful first:")[2].splitlines()[1:3]
    assert first == ["  1. Who gets the findings?", f"     owner in {tmp_path}/out/policy.yml:4"]
    assert "perhaps /usr/local/bin/subscriptions run" in text


def test_the_draft_is_understood_and_waits(
    init: Init, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the commands that read it."""
    init()
    folder = str(tmp_path / "out")
    assert main(["check", "--inventories", folder, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["scope"]["waiting"]
    assert told["scope"]["undecided"]
    assert main(["confirm", "--inventories", folder]) != 0


def test_two_runs_draft_byte_equal_files(init: Init, tmp_path: Path) -> None:
    """Into different folders."""
    init(out="one")
    init(out="two")
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_no_file_is_ever_overwritten(init: Init, tmp_path: Path) -> None:
    """Neither a policy, nor a draft, nor an inventory; and nobody is asked."""
    for name in ("policy.yml", "draft.yml", f"{STANDBY}/hosts.yml"):
        folder = tmp_path / name.replace("/", "-")
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("mine")
        status, text = init(out=folder.name)
        assert status == 4
        assert "it is there" in text
        assert files(folder) == {name: b"mine"}


@pytest.mark.parametrize(("site", "is_written"), [(PRIMARY, False), (STANDBY, True)])
def test_a_host_that_does_not_answer_is_told(
    init: Init, came_back: Path, tmp_path: Path, site: str, *, is_written: bool
) -> None:
    """The primary's hosts must all answer: else nothing is written."""
    next((came_back / site).iterdir()).unlink()
    status, text = init()
    assert status == 3
    assert f"{site}/bench@" in text
    assert "did not answer" in text
    assert (tmp_path / "out" / "policy.yml").exists() is is_written
    assert ("nothing was written" in text) is not is_written
    if is_written:  # the host is named all the same
        assert text.count("ansible_host") == 0
        hosts = (tmp_path / "out" / site / "hosts.yml").read_text(encoding="utf-8")
        assert hosts.count("ansible_host") == len(answers()[site])


def test_an_inventory_that_is_there_is_left_alone_and_what_it_lacks_is_told(
    came_back: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The folder that a gate reads."""
    out, written = tmp_path / "out", {}
    for site in (PRIMARY, STANDBY):
        (out / site).mkdir(parents=True)
        groups: dict[str, dict[str, dict[str, dict[str, str]]]] = {}
        for host in answers()[site]:
            role = host.partition("-")[2].rstrip("0123456789")
            groups.setdefault(role, {"hosts": {}})["hosts"][f"bench-{host}"] = {"ansible_host": host}
            (came_back / site / f"bench@{host}").rename(came_back / site / f"bench-{host}")
        written[site] = json.dumps({"all": {"children": groups}})
        (out / site / "hosts.yml").write_text(written[site])
    sites = [f"{site}={out / site}" for site in written]
    assert main(["init", *sites, "--answers", str(came_back), "--out", str(out)]) == 0
    text = capsys.readouterr().out
    assert 'parity_names: [dallas-db1, db.dallas.shop.example], parity_address: ["198.18.1.31"]' in text
    assert "roles: [edge, web, db, sessions]" in (out / "policy.yml").read_text(encoding="utf-8")
    assert {site: (out / site / "hosts.yml").read_text() for site in written} == written


def test_again_prints_what_changed_as_a_patch_and_writes_nothing(
    init: Init, came_back: Path, tmp_path: Path
) -> None:
    """A job that is gone; and nothing if nothing changed."""
    init()
    before = files(tmp_path / "out")
    status, text = init("--again")
    assert (status, "nothing changed" in text) == (0, True)
    for host in ("dallas-web1", "dallas-web2"):
        said = answers()[PRIMARY][host]
        services = said["services"]
        rows = [row for row in services.text.split(b"\n") if b"shop-cleanup" not in row]
        changed = {**said, "services": replace(services, text=b"\n".join(rows))}
        (came_back / PRIMARY / f"bench@{host}").write_bytes(printed(changed))
    status, text = init("--again")
    assert status == 2
    assert "\n-      shop-cleanup:" in text
    assert "1 vanished since" in text
    assert files(tmp_path / "out") == before


def test_scout_prints_a_script_that_a_shell_takes(capsys: pytest.CaptureFixture[str]) -> None:
    """It says what it asks, and nothing of a site."""
    assert main(["init", "--scout"]) == 0
    text = capsys.readouterr().out
    assert text.startswith("# What siteparity asks a host")
    subprocess.run(["sh", "-n"], input=text, text=True, check=True)


def test_what_ansible_keeps_is_an_answer_too(init: Init, came_back: Path, tmp_path: Path) -> None:
    """Of ``ansible --tree``, with the line ends of a terminal."""
    init(out="plain")
    for path in came_back.rglob("bench@*"):
        said = path.read_text(encoding="ascii").replace("\n", "\r\n")
        path.write_text(json.dumps({"changed": True, "rc": 0, "stdout": said}))
    init(out="ansible")
    assert files(tmp_path / "plain") == files(tmp_path / "ansible")


def test_the_output_of_another_script_is_no_answer(init: Init, came_back: Path) -> None:
    """Nor is anything else."""
    first, second, *_ = (came_back / PRIMARY).iterdir()
    nonce = questions.nonce(questions.asks(discover())).encode()
    first.write_bytes(first.read_bytes().replace(nonce, b"0" * 32))
    second.write_bytes(b"\x1b[2Jhello")
    status, text = init()
    assert status == 3
    assert "another version" in text
    assert "something else" in text
    assert "\x1b" not in text


def test_hosts_of_both_sites_with_one_name_need_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file could be that of either."""
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "web1").write_bytes(printed(answers()[PRIMARY]["dallas-web1"]))
    inventories = []
    for site in (PRIMARY, STANDBY):
        (tmp_path / f"{site}.yml").write_text("web: {hosts: {web1: {}}}\n")
        inventories.append(f"{site}={tmp_path}/{site}.yml")
    status = main(["init", *inventories, "--answers", str(folder), "--out", str(tmp_path / "out")])
    assert status == 4
    assert f"{folder}/{PRIMARY}/web1" in capsys.readouterr().err


class _Replay(Live):
    """Asks hosts that answer as those of the lab did."""

    def _put(self, host: Host, asks: Mapping[str, Ask], seconds: float) -> Answers:
        assert seconds > 0
        said = answers()[host.site][host.connection.address]
        if not host.connection.become:  # the login is not root's
            text = said["introduction"].text.replace(b"[user]\n0\n", b"[user]\n1000\n")
            said = {**said, "introduction": replace(said["introduction"], text=text)}
        return {name: said[name] for name in asks}


def test_live_answers_and_those_of_the_script_make_the_same_draft(
    init: Init, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever carried them."""
    init(out="script")
    monkeypatch.setattr("siteparity.commands.init.Live", _Replay)
    assert main(["init", typed(PRIMARY), typed(STANDBY), "--out", str(tmp_path / "live")]) == 0
    assert "13 services" in capsys.readouterr().err
    assert files(tmp_path / "live") == files(tmp_path / "script")


def test_one_machine_behind_two_names_is_refused(came_back: Path) -> None:
    """Compared with itself it would be equal in everything."""
    name = "bench@dallas-web1"
    (came_back / STANDBY / name).write_bytes((came_back / PRIMARY / name).read_bytes())
    sites = given_sites([f"{PRIMARY}={name}", f"{STANDBY}={name}"])
    heard = from_folder(came_back, sites, discover())
    with pytest.raises(ConfigurationError, match="the same machine"):
        demand_different_machines(heard)
