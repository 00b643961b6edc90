"""The firewall: what its files say wherever they lie, what runs, and how it answers."""

from __future__ import annotations

import http.server
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from selftests.unit.servers import closed_port, saying, served, shell
from selftests.unit.targets import answered, web_host
from siteparity.model import Table, Unmeasured, UnmeasuredError
from siteparity.probes import Target, read_tables
from siteparity.probes.waf import PROBE, Policy
from siteparity.tools.waf import answers, files, nginx, workers

HTTP = """
http {
    include mime.types;
    include conf.d/*.conf;  # the shop's own
    server { listen 127.0.0.1:8080; location / { stub_status; } }
}
"""
SHOP = """
server {
    listen 80;
    listen 443 ssl;
    server_name www.shop.example;
    modsecurity on;
    modsecurity_rules_file rules/main.conf;
    location ~ "^/a{2}$" { proxy_pass http://shop; }
}
"""
MAIN = """
Include engine.conf
# Include gone.conf
IncludeOptional {set}/*.conf
SecRule ARGS "@rx \\\\d" \\
    "id:1000,phase:2,pass,\\
    nolog"
"""
RULES = 'SecComponentSignature "OWASP_CRS/3.3.4"\nSecRule ARGS "@rx x" "id:941100,phase:2,deny"\n'


class Server:
    """The files of one server in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.set = folder / "set"
        self.write("nginx.conf", HTTP)
        self.write("mime.types", "types { text/html html; }\n")
        self.write("conf.d/shop.conf", SHOP)
        self.write("rules/main.conf", MAIN.replace("{set}", str(self.set)))
        self.write("rules/engine.conf", "SecRuleEngine DetectionOnly\nSecRuleEngine On\n")
        self.write("set/901.conf", RULES)
        self.write("set/words.data", "select\n")

    def write(self, name: str, text: str) -> None:
        """Put a file there."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def target(self, **keys: object) -> Target[Policy]:
        """A host with these files."""
        given = {"configuration": f"{self.folder}/nginx.conf", "rule_set": str(self.set), **keys}
        return web_host(Policy.model_validate({"owner": "Platform", "host": "www.shop.example", **given}))

    def answer(self) -> bytes:
        """What a host says of its files."""
        said, status = shell(files.question(f"{self.folder}/nginx.conf", str(self.set)))
        assert status == 0, said
        return said

    def table(self, name: str, **keys: object) -> Table:
        """One table, read from the files by a real shell."""
        found = read_tables(
            {name: PROBE.tables[name]}, answered(files=self.answer()), self.target(**keys), ("web",)
        )
        table = found[name]
        assert not isinstance(table, Unmeasured), table.reason
        return table

    def reason(self, name: str) -> str:
        """Why a table cannot be measured."""
        found = read_tables(
            {name: PROBE.tables[name]}, answered(files=self.answer()), self.target(), ("web",)
        )
        table = found[name]
        assert isinstance(table, Unmeasured)
        return table.reason


@pytest.fixture
def server(tmp_path: Path) -> Server:
    """A healthy one."""
    return Server(tmp_path)


NAME = "server www.shop.example, 80, 443 ssl"


def test_a_healthy_server_blocks(server: Server) -> None:
    """Includes are followed from nginx.conf on; a server that only the host reaches needs no firewall."""
    assert server.table("mode") == {NAME: "blocks"}
    assert server.table("placed") == {str(server.set): "there"}
    assert server.table("excluded") == {"rules that are taken out": "none"}
    assert server.table("settings") == {
        "SecRuleEngine": "On",
        "rule 1000": 'ARGS "@rx \\\\d" "id:1000,phase:2,pass,nolog"',
    }


@pytest.mark.parametrize(
    ("old", "new", "mode"),
    [
        ("modsecurity on;", "", "inspects nothing (modsecurity off)"),
        ("modsecurity on;", "modsecurity on; modsecurity off;", "inspects nothing (modsecurity off)"),
        ("modsecurity_rules_file rules/main.conf;", "", "inspects nothing (no SecRuleEngine)"),
        (
            "modsecurity_rules_file rules/main.conf;",
            "modsecurity_rules_file rules/main.conf; modsecurity_rules 'SecRuleEngine Off';",
            "inspects nothing (SecRuleEngine Off)",
        ),
        (
            "modsecurity_rules_file rules/main.conf;",
            "modsecurity_rules '\nsecruleengine\tdetectiononly\n';",
            "only detects (SecRuleEngine DetectionOnly)",
        ),
        (
            "modsecurity_rules_file rules/main.conf;",
            "modsecurity_rules 'SecRuleEngine Sometimes';",
            "does what nobody knows (SecRuleEngine sometimes)",
        ),
    ],
)
def test_whatever_does_not_block_is_named(server: Server, old: str, new: str, mode: str) -> None:
    """The last setting counts, wherever it stands; capitals do not."""
    server.write("conf.d/shop.conf", SHOP.replace(old, new))
    assert server.table("mode") == {NAME: mode}


def test_a_setting_of_all_servers_counts_and_an_inner_one_outweighs_it(server: Server) -> None:
    """One server block, or one location, without the firewall is a door."""
    server.write("conf.d/a.conf", "modsecurity on;\nmodsecurity_rules_file rules/main.conf;\n")
    server.write(
        "conf.d/shop.conf",
        "server { listen 80; location /pay { modsecurity off; } }\n"
        "server { listen 443 ssl; server_name pay.example; modsecurity off; }\n",
    )
    assert server.table("mode") == {
        "server (no name), 80": "blocks",
        "server (no name), 80, location /pay": "inspects nothing (modsecurity off)",
        "server pay.example, 443 ssl": "inspects nothing (modsecurity off)",
    }
    left = server.table("mode", leave_out_servers=("server pay.example, 443 ssl",))
    assert "server pay.example, 443 ssl" not in left


def test_files_that_are_missing_are_named(server: Server) -> None:
    """A wildcard that matches nothing is none; a file that is named is."""
    server.write("rules/main.conf", "Include engine.conf\nInclude gone.conf\nInclude nothing/*.conf\n")
    assert server.table("placed") == {
        f"{server.folder}/rules/gone.conf": "named in the configuration, and missing",
        str(server.set): "no rule of it is loaded",
    }


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("SecRuleRemoveById 942100", "SecRuleRemoveById 942100"),
        ("secRuleRemoveByTag attack-sqli", "secRuleRemoveByTag attack-sqli"),
        ('SecRuleUpdateTargetById 942100 "!ARGS:note"', 'SecRuleUpdateTargetById 942100 "!ARGS:note"'),
        (
            'SecRule REQUEST_URI "@rx x" \\\n "id:1001,pass,\\\nctl:ruleRemoveTargetById=942100;ARGS:note"',
            "rule 1001: ctl:ruleRemoveTargetById=942100;ARGS:note",
        ),
        (
            "SecAction \"id:'1002',phase:1,pass,ctl:ruleEngine=DetectionOnly\"",
            "rule 1002: ctl:ruleEngine=DetectionOnly",
        ),
    ],
)
def test_every_way_to_take_a_rule_out_is_found(server: Server, line: str, words: str) -> None:
    """Unless the policy accepts it by its words."""
    server.write("rules/engine.conf", f"SecRuleEngine On\n{line}\n")
    assert server.table("excluded") == {words: "taken out"}
    assert server.table("excluded", leave_out_rules=(words,)) == {words: "as the policy says"}


def test_the_rule_set_is_told_by_version_digests_and_order(server: Server) -> None:
    """Also its data files, which rules read; and a file that is no longer loaded."""
    before = server.table("rule_set")
    assert before["version"] == "OWASP_CRS/3.3.4"
    server.write("set/words.data", "select\nunion\n")
    after = server.table("rule_set")
    assert {item for item in after if after[item] != before[item]} == {f"{server.set}/words.data"}
    server.write("rules/main.conf", "Include engine.conf\n")
    assert server.table("rule_set")["files loaded, in their order"] != before["files loaded, in their order"]


def test_a_linked_file_is_as_young_as_its_link(server: Server) -> None:
    """Releases are switched by links: the file behind the new one may be old."""
    (server.folder / "old.conf").write_text("SecRuleEngine On\n", encoding="utf-8")
    (server.folder / "rules/engine.conf").unlink()
    (server.folder / "rules/engine.conf").symlink_to("../old.conf")
    seen = files.read(
        answered(files=server.answer()).parts("files", files.PARTS), f"{server.folder}/nginx.conf"
    )
    link = f"{server.folder}/rules/engine.conf"
    assert seen.changed[link] == pytest.approx(
        (server.folder / "rules/engine.conf").lstat().st_ctime, abs=0.01
    )
    assert server.table("mode") == {NAME: "blocks"}


def test_a_key_is_shown_to_nobody(server: Server) -> None:
    """That there is one is all that is told."""
    server.write("rules/engine.conf", "SecRuleEngine On\nSecHttpBlKey secret\n")
    assert server.table("settings")["SecHttpBlKey"] == "set"


def test_places_with_other_settings_are_told_apart(server: Server) -> None:
    """As long as all places have the same settings nobody is bothered with places."""
    server.write(
        "conf.d/b.conf", "server { listen 81; modsecurity on; modsecurity_rules 'SecRuleEngine On'; }\n"
    )
    assert server.table("settings")["server (no name), 81: SecRuleEngine"] == "On"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("conf.d/shop.conf", "server { listen 80;", "ends in the middle of a block"),
        ("conf.d/shop.conf", "}\n", "a closing brace too many"),
        ("conf.d/shop.conf", "server { ; }", "; where none can stand"),
        ("conf.d/shop.conf", "", "no server that anybody could reach"),
        ("nginx.conf", "# nothing\n", "no server that anybody could reach"),
        (
            "conf.d/shop.conf",
            SHOP.replace("_file rules/main.conf", "_remote key https://x.example/"),
            "another server",
        ),
        ("rules/engine.conf", "SecRuleEngine \\\n", "ends in the middle of a line"),
        ("rules/engine.conf", "Include main.conf\n", "without an end"),
    ],
)
def test_what_is_not_understood_is_unmeasured(server: Server, name: str, text: str, words: str) -> None:
    """A firewall that was half read is no firewall."""
    server.write(name, text)
    assert words in server.reason("mode")


def test_a_rule_set_that_is_not_there_leaves_everything_unmeasured(server: Server) -> None:
    """Find says so in its status."""
    said, status = shell(files.question(f"{server.folder}/nginx.conf", f"{server.folder}/nowhere"))
    assert status != 0, said


STAT = "{pid} (nginx: worker) S " + " ".join(["0"] * 18) + " {ticks} 0 0"


RUNS = ["LoadState=loaded", "MainPID=7"]


def running(*ticks: int, library: int = 3) -> dict[str, list[str]]:
    """What a host says whose workers started at these ticks; it is tick 1000, and second 5000."""
    stats = [STAT.format(pid=number, ticks=one) for number, one in enumerate((1000, *ticks))]
    return {"unit": RUNS, "workers": [*stats, "5000.000000000"], "library": [str(library)]}


def test_the_oldest_worker_tells_when_the_files_were_read() -> None:
    """One that died is made anew from what the main process knows, and is younger than that."""
    seen = workers.read(running(500, 990))
    assert seen.since == pytest.approx(4995.0)
    assert (
        seen.states({"/a": 4994.9, "/b": 4990.0})["the configuration of the running server"] == "as on disk"
    )
    assert seen.states({"/b": 4996.0, "/a": 4995.5, "/c": 1.0})[
        "the configuration of the running server"
    ] == ("older than /a, /b")


def test_a_library_that_is_not_mapped_is_not_loaded() -> None:
    """The file says on, and nobody inspects anything."""
    assert (
        workers.read(running(500, library=0)).states({})["the library that inspects requests"] == "not loaded"
    )


def test_a_server_that_does_not_run_says_so() -> None:
    """Nothing is held against its files."""
    seen = workers.read({"unit": ["LoadState=loaded", "MainPID=0"], "workers": [], "library": []})
    assert seen.states({"/a": 1.0}) == {"the running server": "not running"}


@pytest.mark.parametrize(
    "parts",
    [running() | {"unit": []}, running(), running(500) | {"library": []}, running(1001)],
)
def test_processes_that_were_not_seen_are_unmeasured(parts: dict[str, list[str]]) -> None:
    """No worker, half an answer, a start in the future."""
    with pytest.raises(UnmeasuredError):
        workers.read(parts)


def rows(said: bytes) -> list[str]:
    """The lines of an answer."""
    return answered(port80=said).rows("port80")


PATHS = ("/?a=%3Cb%3E", "/")
BOTH = b"HTTP/1.1 403 Forbidden\r\nA: b\r\n\r\nHTTP/1.1 302 Found\r\nLocation: HTTP/1.1 500\r\n\r\n"


def test_status_codes_are_read_in_the_order_of_the_requests() -> None:
    """By a real bash, over one connection; what a header says is no status."""
    with served(saying(BOTH)) as port:
        said, status = shell(answers.question("127.0.0.1", port, "www.shop.example", PATHS, tls=False))
    assert status == 0
    assert answers.read(rows(said), PATHS) == {PATHS[0]: 403, PATHS[1]: 302}


class _Closing(http.server.BaseHTTPRequestHandler):
    """Answers one request of each connection, and hangs up, as nginx does with ``keepalive_timeout 0``."""

    def do_HEAD(self) -> None:
        """An attack is refused."""
        self.send_response(403 if "%3C" in self.path else 200)
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not here."""


@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_a_server_that_keeps_no_connection_open_is_asked_once_a_connection(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    """Its answers are those to the same requests."""
    monkeypatch.setattr(_Closing, "protocol_version", version)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Closing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        port, paths = server.server_address[1], ("/?a=%3Cb%3E", "/", "/?c=%3Cd%3E", "/e")
        said, status = shell(answers.question("127.0.0.1", port, "www.shop.example", paths, tls=False))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert status == 0
    assert answers.read(rows(said), paths) == {paths[0]: 403, paths[1]: 200, paths[2]: 403, paths[3]: 200}


@pytest.mark.parametrize("tls", [False, True])
def test_a_port_where_nobody_listens_has_no_answer(tls: bool) -> None:
    """That was measured: the front door is shut."""
    said, _ = shell(answers.question("127.0.0.1", closed_port(), "www.shop.example", PATHS, tls=tls))
    assert answers.read(rows(said), PATHS) == dict.fromkeys(PATHS, answers.NO_ANSWER)


@pytest.mark.parametrize(
    "lines", [(), ("exit 0",), ("exit 0", "HTTP/1.1 403 x"), ("exit 0", *3 * ["HTTP/1.1 403 x"])]
)
def test_too_few_or_too_many_answers_are_unmeasured(lines: tuple[str, ...]) -> None:
    """An answer must not be taken for that to another request."""
    with pytest.raises(UnmeasuredError):
        answers.read(lines, PATHS)


def test_a_program_that_is_missing_leaves_the_answers_unmeasured() -> None:
    """Not a front door that is shut."""
    text = answers.question("127.0.0.1", 1, "www.shop.example", PATHS, tls=False)
    assert shell(text.replace("bash -c", "no-such-program -c"))[1] == 127


def test_tls_is_spoken_by_openssl(tmp_path: Path) -> None:
    """Against openssl's own server, which answers with its status page."""
    make = "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -days 2 -subj /CN=shop.example"
    subprocess.run(["openssl", *make.split()], cwd=tmp_path, check=True, capture_output=True)
    port = closed_port()
    serve = f"s_server -quiet -www -key key.pem -cert own.pem -accept 127.0.0.1:{port}"
    with subprocess.Popen(["openssl", *serve.split()], cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        text = answers.question("127.0.0.1", port, "shop.example", ("/",), tls=True)
        text = text.replace("HEAD", "GET")  # which is all that this server knows
        for _ in range(50):
            read = answers.read(rows(shell(text)[0]), ("/",))
            if read != {"/": answers.NO_ANSWER}:
                break
        server.terminate()
    assert read == {"/": 200}


def state_of(answer: bytes, name: str, port: int = 80) -> object:
    """What one request comes to in the probe's words."""
    target = web_host(Policy(owner="Platform", host="www.shop.example", ports={port: "http"}))
    found = read_tables({"answers": PROBE.tables["answers"]}, answered(port80=answer), target, ("web",))[
        "answers"
    ]
    assert not isinstance(found, Unmeasured), found.reason
    return found[f"{name}, port 80"]


@pytest.mark.parametrize(
    ("codes", "attack", "normal"),
    [
        ([403, 403, 403, 403, 302], "blocked", "let through"),
        ([200, 403, 403, 403, 502], "not blocked (HTTP 200)", "let through"),
        ([403] * 5, "blocked", "blocked, which it must not be"),
    ],
)
def test_attacks_must_be_blocked_and_normal_requests_must_not(
    codes: list[int], attack: str, normal: str
) -> None:
    """A firewall that blocks everybody is no better than none."""
    answer = "exit 0\n" + "".join(f"HTTP/1.1 {code} x\n" for code in codes) + "end\n"
    assert state_of(answer.encode(), "a script in a request") == attack
    assert state_of(answer.encode(), "a normal request") == normal


WORD = st.text(alphabet="abc/.$~*-_0", min_size=1, max_size=6).filter(lambda word: not word.startswith("#"))
QUOTED = st.text(alphabet="ab c;{}#'\\$", max_size=8).map(lambda text: '"' + text.replace("\\", "\\\\") + '"')
SIMPLE = st.tuples(WORD, st.lists(WORD | QUOTED, max_size=3), st.none())
TREE = st.recursive(
    st.lists(SIMPLE, max_size=4),
    lambda inner: st.lists(
        st.tuples(WORD, st.lists(WORD | QUOTED, max_size=2), st.none() | inner), max_size=3
    ),
    max_leaves=10,
)


def _written(tree: list[tuple[str, list[str], object]]) -> str:
    out = []
    for name, words, block in tree:
        head = " ".join([name, *words])
        out.append(f"{head};\n" if block is None else f"{head} {{\n{_written(block)}}}\n")  # type: ignore[arg-type]
    return "# a comment; with { signs }\n".join(["", *out])


def _shape(directives: tuple[nginx.Directive, ...]) -> list[tuple[str, int, object]]:
    return [
        (one.name, len(one.words), None if one.block is None else _shape(one.block)) for one in directives
    ]


@given(TREE)
def test_whatever_can_be_written_is_read_as_it_was_meant(tree: list[tuple[str, list[str], object]]) -> None:
    """Names, numbers of words, blocks in blocks, quoted signs and comments."""

    def shape(part: object) -> object:
        if part is None:
            return None
        assert isinstance(part, list)
        return [(name, len(words), shape(block)) for name, words, block in part]

    assert _shape(nginx.parse(_written(tree), "x")) == shape(tree)


@given(
    st.binary(max_size=200)
    | st.text(alphabet="[]textchangedsli=+?@ /\n.0123;{}'\\", max_size=200).map(str.encode)
)
def test_any_bytes_are_facts_or_unmeasured(answer: bytes) -> None:
    """The readers raise the one declared exception only."""
    target = web_host(Policy(owner="Platform", host="www.shop.example"))
    framed = [
        b"".join(b"[%s]\n%s\n" % (name.encode(), answer) for name in parts) + b"end\n"
        for parts in (files.PARTS, workers.PARTS)
    ]
    for of_files, server in ((answer, answer), framed):
        given = answered(files=of_files, server=server, port80=answer, port443=b"exit 0\n%s\nend\n" % answer)
        found = read_tables(PROBE.readings(), given, target, ("web",))
        assert all(isinstance(table, Unmeasured) for table in found.values())


@given(st.text(alphabet="server{}; \n'\"\\$modsecurity on#listen80", max_size=120))
def test_any_text_is_a_configuration_or_unmeasured(text: str) -> None:
    """Whoever wrote it, and however."""
    seen = files.Files("/n", {"/n": tuple(text.split("\n"))}, (), {"/n": 1.0}, {})
    read: Callable[[files.Files], object] = nginx.places
    try:
        read(seen)
    except UnmeasuredError as error:
        assert str(error).startswith("files: ")  # noqa: PT017  # either of two outcomes is right
