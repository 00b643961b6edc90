"""Agents that watch a host: whether they run, answer, and tell of now."""

from __future__ import annotations

import contextlib
import http.server
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.targets import answered, web_host
from siteparity.model import Facts, Table, Unmeasured
from siteparity.probes import Target, monitoring, read_tables
from siteparity.probes.monitoring import PROBE, Agent, Policy, ask

AGENT = Agent(
    unit="prometheus-node-exporter.service",
    port=9100,
    time="node_time_seconds",
    parts="node_scrape_collector_success",
    files="node_textfile_mtime_seconds",
)
SECTION = Policy(owner="Platform", agents={"node exporter": AGENT})
TARGET: Target[Policy] = web_host(SECTION)

UNIT = "LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nMainPID=33\n"
TOLD = """\
200
node_scrape_collector_success{collector="cpu"} 1
node_scrape_collector_success{collector="hwmon"} 0
node_textfile_mtime_seconds{file="/var/lib/backup.prom"} 1.7e+09
node_time_seconds 1.7000000995e+09
complete
"""


def answer(told: str = TOLD, unit: str = UNIT, arguments: str = "/usr/bin/exporter\n--x=1\n") -> bytes:
    """What a host says of its agent, at 1,700,000,100 s."""
    return f"[unit]\n{unit}[arguments]\n{arguments}[answer]\n{told}[now]\n1700000100\nend\n".encode()


def facts(text: bytes, target: Target[Policy] = TARGET) -> Facts:
    """Everything read from one host."""
    return read_tables(PROBE.readings(), answered(agent0=text), target, ("web",))


def table(name: str, text: bytes) -> Table:
    """A table that was measured."""
    found = facts(text)[name]
    assert not isinstance(found, Unmeasured), found.reason
    return found


def test_an_agent_that_is_well() -> None:
    """It runs, answers, tells of now; its arguments and parts are what is compared."""
    text = answer()
    assert table("agents", text) == {"node exporter": "runs, also after a boot"}
    assert table("answers", text) == {"node exporter": "answers"}
    assert table("age", text)["node exporter"] == pytest.approx(0.5)
    assert table("file_age", text) == {"node exporter, /var/lib/backup.prom": 100.0}
    assert table("configuration", text) == {
        "node exporter, argument 0": "/usr/bin/exporter",
        "node exporter, argument 1": "--x=1",
        "node exporter, cpu": "works",
        "node exporter, hwmon": "fails",
    }


@pytest.mark.parametrize(
    ("change", "state"),
    [
        (("UnitFileState=enabled", "UnitFileState=disabled"), "runs now, and is disabled"),
        (("UnitFileState=enabled", "UnitFileState=enabled-runtime"), "runs now, and is enabled-runtime"),
        (("ActiveState=active\nSubState=running", "ActiveState=failed\nSubState=failed"), "failed (failed)"),
        (("ActiveState=active\nSubState=running", "ActiveState=inactive\nSubState=dead"), "inactive (dead)"),
        (("LoadState=loaded", "LoadState=not-found"), "no such unit"),
        (("LoadState=loaded", "LoadState=masked"), "cannot be loaded (masked)"),
    ],
)
def test_an_agent_that_does_not_run_or_will_not_says_so(change: tuple[str, str], state: str) -> None:
    """Configured is not running, and running is not configured."""
    assert table("agents", answer(unit=UNIT.replace(*change))) == {"node exporter": state}


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("Connection refused\n", "Connection refused"),
        ("silent for 3 s\n", "silent for 3 s"),
        ("503\ncomplete\n", "503"),
        ("no HTTP\n", "no HTTP"),
        (TOLD.replace("complete", "silent for 3 s"), "silent for 3 s, after a part of the answer"),
    ],
)
def test_an_agent_that_does_not_answer_says_why_also_in_place_of_its_age(told: str, state: str) -> None:
    """What nobody told is not fresh; a text lies within no limit."""
    assert table("answers", answer(told)) == {"node exporter": state}
    assert table("age", answer(told)) == table("file_age", answer(told)) == {"node exporter": state}


def test_a_clock_that_is_ahead_is_no_fresh_report() -> None:
    """The age is a distance."""
    assert float(table("age", answer(TOLD.replace("0995", "5")))["node exporter"]) > 300


@pytest.mark.parametrize(
    "text",
    [
        b"end\n",
        answer().replace(b"[now]", b""),
        answer().replace(b"\n1700000100\n", b"\nsoon\n"),
        answer().replace(b"LoadState=loaded", b""),
        answer("200\ncomplete\n"),
        answer(TOLD + TOLD[4:]),
        answer(TOLD.replace("node_time_seconds 1.7000000995e+09", "node_time_seconds now")),
    ],
)
def test_half_an_answer_is_unmeasured(text: bytes) -> None:
    """An agent that does not tell its time has no age of zero."""
    assert any(isinstance(found, Unmeasured) for found in facts(text).values())
    assert isinstance(facts(text)["age"], Unmeasured)


def test_an_agent_that_repeats_no_file_and_tells_no_time_is_fresh_when_it_answers() -> None:
    """Most exporters look when they are asked."""
    target = web_host(SECTION.model_copy(update={"agents": {"x": Agent(unit="x.service", port=1)}}))
    found = facts(answer("200\ncomplete\n"), target)
    assert found["age"] == {"x": 0.0}
    assert found["file_age"] == {"x, which repeats no file": 0.0}


@given(st.text(), st.text())
def test_any_text_is_facts_or_unmeasured(told: str, arguments: str) -> None:
    """Whatever a host prints makes tables or reasons, and nothing else."""
    for text in (told.encode("utf-8", "replace"), answer(told, arguments=arguments)):
        with contextlib.suppress(UnicodeError):
            assert len(facts(text)) == len(PROBE.tables)


class _Exporter(http.server.BaseHTTPRequestHandler):
    """Answers as an exporter does."""

    def do_GET(self) -> None:
        """Metrics, of which few are wanted."""
        self.send_response(200 if self.path == "/metrics" else 404)
        self.end_headers()
        self.wfile.write(b"# HELP x\nnode_time_seconds 1.7e9\nsecret_metric 1\nnode_time_seconds_more 2\n")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def exporter() -> Iterator[int]:
    """The port of a real server."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Exporter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def told(port: int, path: str = "/metrics", main: int = 0) -> str:
    """What the real program says of a real server."""
    perl = shutil.which("perl")
    assert perl is not None
    argv = [
        perl,
        "-e",
        monitoring.PROGRAM,
        "--",
        str(main),
        "127.0.0.1",
        str(port),
        path,
        "1",
        "node_time_seconds",
    ]
    return subprocess.run(argv, capture_output=True, check=True, text=True, timeout=20).stdout


def test_the_real_program_tells_the_wanted_metrics_alone(exporter: int) -> None:
    """Nothing else leaves the host."""
    lines = told(exporter).split("\n")
    assert lines[:5] == ["[arguments]", "[answer]", "200", "node_time_seconds 1.7e9", "complete"]
    assert told(exporter, "/other").split("\n")[2] == "404"


def test_the_real_program_tells_of_a_closed_and_of_a_silent_port(exporter: int) -> None:
    """The way it fails is a value, not an error."""
    with contextlib.closing(__import__("socket").create_server(("127.0.0.1", 0))) as silent:
        assert "silent for 1 s" in told(silent.getsockname()[1])
        port = silent.getsockname()[1]
    assert "Connection refused" in told(port)
    assert exporter


def test_secrets_in_arguments_stay_on_the_host(exporter: int) -> None:
    """Passwords of an agent's arguments, whatever they are called."""
    script = [
        "--dsn=postgresql://u:hunter2@db/x",
        "--web.auth-token",
        "hunter2",
        "--password=hunter2",
        "http://u:hunter2@x/",
        "-v",
    ]
    with subprocess.Popen(["sh", "-c", "sleep 20", *script]) as process:
        said = told(exporter, main=process.pid)
        process.kill()
    assert "hunter2" not in said
    assert "http://(secret)@x/" in said
    assert "-v" in said


def test_the_question_is_a_shell_text() -> None:
    """Perl inside a shell inside a shell."""
    text = ask(TARGET)["agent0"].text
    subprocess.run(["sh", "-n", "-c", text], check=True, env=dict(os.environ))
    assert "198.18.2.21" in text


def test_hosts_without_an_agent_have_no_table_of_agents() -> None:
    """Nothing compared with nothing would be an alarm about nothing."""
    own = AGENT.model_copy(update={"roles": ("web",)})
    on_web = Policy(owner="Platform", agents={"own": own})
    assert PROBE.roles(on_web, ("edge", "web")) == ("web",)
    assert PROBE.roles(Policy(owner="Platform", agents={"own": own, "all": AGENT}), ("edge", "web")) == (
        "edge",
        "web",
    )
    assert PROBE.roles(Policy(owner="Platform"), ("edge", "web")) == ()
