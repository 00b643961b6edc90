"""Results as runs leave them, built in code: the input of the report tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from siteparity.model import FindingKind, Group, Harm, Outcome, Severity, Value, Verdict
from siteparity.result import (
    AcceptingState,
    Count,
    Result,
    SavedAbsence,
    SavedArea,
    SavedCause,
    SavedCheck,
    SavedDesign,
    SavedDowngrade,
    SavedFinding,
    SavedListed,
    SavedSite,
    SavedUndecided,
    SavedUnjudged,
    SavedWaiting,
    SavedWaiver,
    Scope,
)

STARTED = datetime(2026, 11, 23, 1, 3, 40, tzinfo=UTC)
FINISHED = datetime(2026, 11, 23, 1, 5, 12, tzinfo=UTC)

ASPECTS = {
    "accounts": ("edge", "web", "db", "sessions"),
    "boot": ("edge", "web", "db", "sessions"),
    "capacity": ("web", "db", "sessions"),
    "catalogues": ("web",),
    "clock": ("edge", "web", "db", "sessions"),
    "collation": ("db",),
    "database": ("db",),
    "dns": ("edge",),
    "egress": ("web",),
    "files": ("edge", "web", "db", "sessions"),
    "firewall": ("edge", "web", "db", "sessions"),
    "kernel": ("edge", "web", "db", "sessions"),
    "listeners": ("edge", "web", "db", "sessions"),
    "locales": ("web", "db"),
    "monitoring": ("edge", "web", "db", "sessions"),
    "packages": ("edge", "web", "db", "sessions"),
    "path": ("edge", "web"),
    "redis": ("sessions",),
    "replication": ("db",),
    "runtime": ("edge", "web", "db", "sessions"),
    "schedules": ("web", "db"),
    "secrets": ("web", "db"),
    "services": ("edge", "web", "db", "sessions"),
    "sessions": ("web",),
    "site_role": ("db", "web"),
    "subscriptions": ("web",),
    "tls": ("edge",),
    "waf": ("edge",),
}
JOURNEYS = {
    "admin": ("web",),
    "attack": ("edge",),
    "database": ("web",),
    "session": ("web",),
    "status_page": ("edge",),
    "storefront": ("de", "en", "fr", "ja"),
    "subscriptions": ("web",),
}

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "</style><script>alert(3)</script>",
    "</title><script>alert(4)</script>",
    "</pre></code></table><img src=x onerror=alert(5)>",
    "<img src=http://127.0.0.1:9/leak.png>",
    "<svg onload=alert(6)>",
    "<svg><script>alert(7)</script></svg>",
    "<iframe src=javascript:alert(8)></iframe>",
    "<iframe srcdoc='<script>alert(9)</script>'></iframe>",
    "<object data=http://127.0.0.1:9/x></object>",
    "<embed src=http://127.0.0.1:9/x>",
    "<link rel=stylesheet href=http://127.0.0.1:9/x.css>",
    "<style>@import 'http://127.0.0.1:9/x.css';body{display:none}</style>",
    "<base href=http://127.0.0.1:9/>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>",
    "<form action=http://127.0.0.1:9/><input autofocus onfocus=alert(10)></form>",
    "<body onload=alert(11)>",
    "<details open ontoggle=alert(12)>x</details>",
    "<video><source onerror=alert(13)></video>",
    "<audio src=http://127.0.0.1:9/a onerror=alert(14)>",
    "<marquee onstart=alert(15)>x</marquee>",
    "<a href=javascript:alert(16)>click</a>",
    "<a href='http://127.0.0.1:9/' ping='http://127.0.0.1:9/p'>x</a>",
    "<math><mtext><script>alert(17)</script></mtext></math>",
    "<template><script>alert(18)</script></template>",
    "<noscript><img src=x onerror=alert(19)></noscript>",
    "<textarea></textarea><script>alert(20)</script>",
    "<!--><script>alert(21)</script-->",
    "<![CDATA[<script>alert(22)</script>]]>",
    '"><script>alert(23)</script>',
    "'><script>alert(24)</script>",
    '" onmouseover="alert(25)" x="',
    "' onfocus='alert(26)' autofocus='",
    "` onerror=alert(27) `",
    "&lt;script&gt;alert(28)&lt;/script&gt;",
    "&#60;script&#62;alert(29)&#60;/script&#62;",
    "\\u003cscript\\u003ealert(30)\\u003c/script\\u003e",
    "{{7*7}} {% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}",
    "${alert(31)} #{alert(32)} <%= 7*7 %>",
    "javascript:alert(33)",
    "data:text/html,<script>alert(34)</script>",
    "]]></failure><error message='x'/>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>",
    "\x1b[2J\x1b]0;owned\x07\x1b[31mred",
    "\u202egnp.exe \u2066left\u2069 \u200bzero\u200dwidth\ufeff",
    "a\x00b\x01c\x7fd\x85e\u2028f\u2029g",
    "z\u0335\u0336\u0337\u0338\u0339\u033a\u033b\u033c\u033d\u033ealgo",
    "E<script>alert(35)</script>\nE <img src=x onerror=alert(36)>",
    "line one\nNO-GO\nGO  arizona may take over from dallas",
    "\u05e9\u05dc\u05d5\u05dd 10.1.0.31 \u0645\u0631\u062d\u0628\u0627",
    "<script src=http://127.0.0.1:9/x.js></script>",
    "<SCRIPT>alert(40)</SCRIPT>",
    "<script\x0b>alert(41)</script\x0b>",
    "<script/x>alert(42)</script>",
    "<<script>alert(43)//<</script>",
    "<scr<script>ipt>alert(44)</scr</script>ipt>",
    "<script>alert`45`</script>",
    "<script type=module>import('http://127.0.0.1:9/x.js')</script>",
    "<script type=text/template>{{alert(46)}}</script>",
    "<img src=x onerror=alert(47) ",
    "<img/src=x/onerror=alert(48)>",
    "<img src='x' onerror='alert(49)'",
    "<img srcset='http://127.0.0.1:9/a 1x'>",
    "<img src=x:x onerror=eval(atob('YWxlcnQoNTAp'))>",
    "<image href=http://127.0.0.1:9/x>",
    "<picture><source srcset=http://127.0.0.1:9/x></picture>",
    "<svg/onload=alert(51)>",
    "<svg><animate onbegin=alert(52) attributeName=x dur=1s></svg>",
    "<svg><set onbegin=alert(53) attributename=x></svg>",
    "<svg><a xlink:href=javascript:alert(54)><text>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload=alert(55)></svg>#x'/></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>alert(56)</script>'></iframe></foreignObject></svg>",
    "<svg><style><img src=x onerror=alert(57)></style></svg>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=alert(58)></annotation-xml></math>",
    "<math href=javascript:alert(59)>x</math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(60)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(61)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(62)>'>",
    "<select><template><img src=x onerror=alert(63)></template></select>",
    "<table background=http://127.0.0.1:9/x><td background=http://127.0.0.1:9/y>x</table>",
    "<body background=http://127.0.0.1:9/x>",
    "<div style='background:url(http://127.0.0.1:9/x)'>x</div>",
    "<div style='position:fixed;inset:0;background:green'>GO</div>",
    "<style>@font-face{font-family:x;src:url(http://127.0.0.1:9/x)}</style>",
    "<link rel=prefetch href=http://127.0.0.1:9/x>",
    "<link rel=dns-prefetch href=//127.0.0.1>",
    '<meta http-equiv=Content-Security-Policy content="default-src *">',
    "<meta http-equiv=set-cookie content=a=b>",
    "<frameset onload=alert(64)><frame src=javascript:alert(65)></frameset>",
    "<dialog open onclose=alert(66)>x</dialog>",
    "<input type=image src=http://127.0.0.1:9/x onerror=alert(67)>",
    "<button popovertarget=x onclick=alert(68)>x</button><div popover id=x onbeforetoggle=alert(69)>y</div>",
    "<p contenteditable autofocus onfocus=alert(70)>x</p>",
    "<object data='data:text/html,<script>alert(71)</script>'></object>",
    "<embed src='javascript:alert(72)'>",
    "<isindex type=image src=1 onerror=alert(73)>",
    "<!DOCTYPE html><html><head><script>alert(74)</script></head></html>",
    "<!--[if IE]><script>alert(75)</script><![endif]-->",
    "--><img src=x onerror=alert(76)><!--",
    "]]><script>alert(77)</script><![CDATA[",
    '\\" onerror=\\"alert(78)',
    "%3Cscript%3Ealert(79)%3C/script%3E",
    "+ADw-script+AD4-alert(80)+ADw-/script+AD4-",
    "\\x3cscript\\x3ealert(81)\\x3c/script\\x3e",
    "{{constructor.constructor('alert(82)')()}}",
    "{%import os%}{{os.popen('id').read()}}",
    "\udcff\ud800 lone surrogates",
)
"""Texts that a hostile host could print: markup, scripts, template code, control and bidi characters."""


def group(value: Value | None, *hosts: str) -> Group:
    """Hosts that gave a value."""
    return Group(value=value, hosts=hosts)


def finding(  # noqa: PLR0913  # the fields of a finding, each by name
    item: str,
    kind: FindingKind = FindingKind.DIFFERENT,
    *,
    primary: Sequence[Group] = (),
    standby: Sequence[Group] = (),
    message: str = "",
    effect: str = "",
    fix: str = "",
    days: float = 0,
    where: Sequence[str] = (),
    waiver: str | None = None,
    design: str | None = None,
) -> SavedFinding:
    """A finding first seen so many days before the run; zero means in this run."""
    return SavedFinding(
        item=item,
        kind=kind,
        primary=tuple(primary),
        standby=tuple(standby),
        message=message or f"{item}: the sites differ",
        effect=effect,
        fix=fix,
        first_seen=STARTED + timedelta(seconds=30) - timedelta(days=days),
        where=tuple(where),
        waiver=waiver,
        design=design,
    )


def check(  # noqa: PLR0913  # the fields of a check, each by name
    aspect: str,
    role: str,
    outcome: Outcome = Outcome.SAME,
    findings: Iterable[SavedFinding] = (),
    *,
    kind: Literal["parity", "smoke"] = "parity",
    severity: Severity = Severity.BLOCKER,
    owner: str = "Platform",
    name: str | None = None,
    sentence: str | None = None,
    broken: str = "",
    harm: Harm = Harm.PART,
    why: str = "Customers meet the standby as they left the primary only if both agree.",
) -> SavedCheck:
    """A check of an aspect for a role."""
    name = name or f"test_{aspect}_holds_at_both_sites"
    return SavedCheck(
        id=f"tests/{kind}/test_{aspect}.py::{name}[{role}]",
        kind=kind,
        aspect=aspect,
        role=role,
        severity=severity,
        owner=owner,
        outcome=outcome,
        sentence=sentence or name.removeprefix("test_").replace("_", " ").capitalize(),
        broken=broken,
        harm=harm,
        why=why,
        compared=0 if outcome is Outcome.NOT_RUN else 214,
        seconds=0.012,
        findings=tuple(findings),
    )


def waiver(
    state: Literal["active", "unused", "changed", "refused", "not known"], days: int, words: str = ""
) -> SavedWaiver:
    """A waiver that has so many days left."""
    check = "tests/parity/test_packages.py::test_packages_holds_at_both_sites[web]"
    return SavedWaiver(
        place="inventories/waivers.yml:3",
        check="packages.packages_holds_at_both_sites",
        role="web",
        item="libxml2:amd64",
        pattern_reason=None,
        reason="rebuild of the XML importer is under way",
        owner="Platform",
        approved_by="J. Doe",
        ticket="OPS-4412",
        expires=STARTED + timedelta(days=days, hours=1),
        days_left=days,
        state=state,
        words=words,
        about=(check,),
        used_by=(check,) if state == "active" else (),
    )


def design(state: AcceptingState = "active", days: int = 90, words: str = "") -> SavedDesign:
    """A difference by design that is reviewed in so many days."""
    check = "tests/parity/test_services.py::test_services_holds_at_both_sites[db]"
    return SavedDesign(
        place="inventories/policy.yml:12",
        aspects=("services", "schedules"),
        role="db",
        items=("backup.timer",),
        expected="only at dallas",
        reason="backups are taken at Dallas only",
        approved_by="Ada Lovelace",
        review=(STARTED + timedelta(days=days)).date(),
        days_left=days,
        state=state,
        words=words,
        about=(check,),
        used_by=(check,) if state == "active" else (),
    )


def by_design() -> Result:
    """Everything is the same but a timer, which is meant to be at one site only."""
    timer = finding(
        "backup.timer",
        FindingKind.MISSING,
        primary=[group("up", "db1")],
        standby=[group(None, "db1")],
        design="backups are taken at Dallas only (approved by Ada Lovelace, to be reviewed by 2027-02-21)",
    )
    meant = check("services", "db", Outcome.BY_DESIGN, [timer])
    return result(instead(all_same(), meant), Verdict.GO).model_copy(update={"differs": (design(),)})


def result(
    checks: Sequence[SavedCheck],
    verdict: Verdict,
    reasons: Sequence[str] = (),
    *,
    record_age: timedelta | None = None,
    planned: int | None = None,
) -> Result:
    """A run with these checks."""
    measured = STARTED + timedelta(seconds=12)
    return Result(
        causes=(),
        schema_version=1,
        run="2026-11-23T010340Z-3f9a",
        verdict=verdict,
        reasons=tuple(reasons),
        valid_until=FINISHED + timedelta(hours=4) if verdict is Verdict.GO else None,
        started_at=STARTED,
        finished_at=FINISHED,
        tool_version="0.1.0",
        policy_digest="5f" * 32,
        inventory_digest="c0" * 32,
        primary=SavedSite(
            site="dallas",
            source="record" if record_age else "live",
            measured_at=FINISHED - record_age if record_age else measured,
            hosts=5,
            digest="a1" * 32,
        ),
        standby=SavedSite(site="arizona", source="live", measured_at=measured, hosts=5, digest="b2" * 32),
        plan=Count(checks=len(checks) if planned is None else planned, hosts=10),
        executed=Count(
            checks=sum(one.outcome is not Outcome.NOT_RUN for one in checks),
            hosts=10 if not record_age else 5,
        ),
        checks=tuple(checks),
        scope=scope(),
    )


def scope(**states: Literal["promised", "compared", "absent", "undecided"]) -> Scope:
    """Every area is promised, but for these: ``waf="absent"``, ``smoke_admin="undecided"``."""
    kinds: tuple[tuple[Literal["parity", "smoke"], Iterable[str]], ...] = (
        ("parity", ASPECTS),
        ("smoke", JOURNEYS),
    )
    areas = tuple(
        SavedArea(
            kind=kind,
            name=name,
            state=(state := states.get(name if kind == "parity" else f"smoke_{name}", "promised")),
            checks=4 if state in ("promised", "compared") else 0,
        )
        for kind, names in kinds
        for name in names
    )
    listed = (
        SavedListed(aspect="listeners", what="open ports", promised=34, compared=2, unjudged=(), unread=()),
        SavedListed(
            aspect="services",
            what="units and containers",
            promised=38,
            compared=374,
            unjudged=(),
            unread=(),
        ),
    )
    return Scope(areas=areas, listed=listed)


def all_same() -> list[SavedCheck]:
    """Two checks of every aspect for every role, and the journeys, all the same."""
    promises = (("definition", "is defined alike at both sites"), ("working", "works on every host"))
    parity = [
        check(
            aspect,
            role,
            name=f"test_{aspect}_{name}",
            sentence=f"{aspect.replace('_', ' ').capitalize()} {words}",
        )
        for aspect, roles in ASPECTS.items()
        for name, words in promises
        for role in roles
    ]
    smoke = [
        check(journey, role, kind="smoke", sentence=f"The {journey.replace('_', ' ')} works at the standby")
        for journey, roles in JOURNEYS.items()
        for role in roles
    ]
    return parity + smoke


def instead(checks: list[SavedCheck], *others: SavedCheck) -> list[SavedCheck]:
    """The checks, with others in place of the first of the same aspect, kind and role each."""
    kept = list(checks)
    for other in others:
        place = next(
            number
            for number, one in enumerate(kept)
            if (one.aspect, one.kind, one.role, one.outcome)
            == (other.aspect, other.kind, other.role, Outcome.SAME)
        )
        kept[place] = other
    return kept


def go() -> Result:
    """Everything is the same, one warning differs, one difference is accepted."""
    checks = instead(
        all_same(),
        check(
            "kernel",
            "web",
            Outcome.DIFFERENT,
            [
                finding(
                    "net.core.somaxconn",
                    primary=[group(4096, "web1", "web2")],
                    standby=[group(1024, "web1", "web2")],
                    effect="at the busiest hour some customers wait longer",
                    fix="sysctl -w net.core.somaxconn=4096",
                    days=21,
                )
            ],
            severity=Severity.WARNING,
            sentence="Kernel settings of both sites are the same",
        ),
        check(
            "packages",
            "web",
            Outcome.WAIVED,
            [
                finding(
                    "libxml2:amd64",
                    primary=[group("2.9.14+dfsg-1.3~deb12u4", "web1", "web2")],
                    standby=[group("2.9.14+dfsg-1.3~deb12u2", "web1", "web2")],
                    effect="none known",
                    fix="apt-get install libxml2=2.9.14+dfsg-1.3~deb12u4",
                    days=9,
                    waiver="rebuild of the XML importer is under way (M. Okafor, until 2026-12-02, OPS-4412)",
                )
            ],
            sentence="Packages have the same version at both sites",
        ),
    )
    return result(checks, Verdict.GO).model_copy(update={"waivers": (waiver("active", 9),)})


def in_part() -> Result:
    """Five absences, two open questions, three downgrades, and things on hosts that nothing judges."""
    gone = {("parity", name) for name in ("waf", "dns", "sessions", "subscriptions")}
    gone |= {("smoke", name) for name in ("admin", "session", "subscriptions")}
    checks = [one for one in all_same() if (one.kind, one.aspect) not in gone]
    hosts = ("dallas/web1", "dallas/web2", "arizona/web1", "arizona/web2")
    why = {
        "waf": "the provider filters in front of both sites",
        "dns": "the provider's name servers lead to the front door, and follow a contract of their own",
        "subscriptions": "nobody is charged by a job",
        "smoke.admin": "store owners work in the shop itself",
        "capacity.peak": "the load of the worst hour was never measured",
    }
    about = scope(
        waf="absent",
        dns="absent",
        subscriptions="absent",
        smoke_admin="absent",
        smoke_subscriptions="absent",
        sessions="undecided",
        smoke_session="undecided",
        boot="compared",
        clock="compared",
        kernel="compared",
        runtime="compared",
        accounts="compared",
        firewall="compared",
        packages="compared",
    )
    open_ports, units = about.listed
    asked = "Where does the application keep the sessions of customers?"
    reason = (
        f"2 questions are open, the first: {asked} Answer it as aspects.sessions in inventories/policy.yml; "
        "siteparity check lists all of them"
    )
    return result(checks, Verdict.UNKNOWN, [reason]).model_copy(
        update={
            "scope": about.model_copy(
                update={
                    "absent": tuple(
                        SavedAbsence(name=name, reason=reason, approved_by="Ada Lovelace")
                        for name, reason in why.items()
                    ),
                    "undecided": (
                        SavedUndecided(
                            key="aspects.sessions",
                            question=asked,
                            place="inventories/policy.yml",
                        ),
                        SavedUndecided(
                            key="smoke.session",
                            question="How does a customer start and end a session, and where is it kept?",
                            place="inventories/policy.yml:312",
                        ),
                    ),
                    "listed": (
                        open_ports,
                        units.model_copy(
                            update={
                                "unjudged": (
                                    SavedUnjudged(item="containers of Docker", why="2 up", hosts=hosts),
                                    SavedUnjudged(
                                        item="backup-db.service",
                                        why="left out by the policy (backup-*.service)",
                                        hosts=hosts[:1],
                                    ),
                                ),
                                "unread": ("arizona/db1: no answer within 20 s",),
                            }
                        ),
                    ),
                }
            ),
            "downgraded": (
                SavedDowngrade(
                    kind="parity",
                    aspect="monitoring",
                    checks=14,
                    reason="the agents move to a new server this month",
                ),
                SavedDowngrade(
                    kind="parity", aspect="locales", checks=5, reason="French is not sold before May"
                ),
                SavedDowngrade(
                    kind="smoke", aspect="status_page", checks=1, reason="the provider of the page changes"
                ),
            ),
            "hosts_in_no_role": ("dallas/jump1", "arizona/jump1"),
        }
    )


DRAFTED = (
    ("roles.web.owner", 9, "the group web of the inventory of dallas", ""),
    ("applications.shop.units", 17, "shop.service and shop-jobs.service run on web1 and web2", ""),
    ("applications.shop.leads_to.db", 22, "38 connections from web1 and web2 to db1", ""),
    (
        'aspects.tls.names."shop.example"',
        64,
        "a line of nginx.conf; nothing listens on its port",
        "Do customers reach the shop under this name?",
    ),
    (
        "smoke.storefront.pages",
        91,
        "the access log of edge1",
        "Which of these pages must be there in every language?",
    ),
)
"""Path, line, evidence and question of each drafted line."""


def drafted() -> Result:
    """Everything that was looked at is the same; nobody has accepted what the policy promises."""
    reason = (
        f"5 drafted lines wait for a person, the first: {DRAFTED[0][0]} in inventories/policy.yml:9; "
        "siteparity confirm shows all of them"
    )
    waiting = tuple(
        SavedWaiting(path=path, place=f"inventories/policy.yml:{line}", seen=seen, question=question)
        for path, line, seen, question in DRAFTED
    )
    about = scope().model_copy(update={"waiting": waiting})
    return result(all_same(), Verdict.UNKNOWN, [reason]).model_copy(update={"scope": about})


def no_go() -> Result:
    """The failover of October 2012, seen beforehand."""
    checks = instead(all_same(), *_october_2012())
    reasons = (
        "5 blockers differ, first: The copy of the database on Arizona db1 receives nothing",
        "1 check could not be made: The standby has at least the primary's disk, memory and cores",
    )
    return result(checks, Verdict.NO_GO, reasons)


def _october_2012() -> list[SavedCheck]:
    return [
        check(
            "replication",
            "db",
            Outcome.DIFFERENT,
            [
                finding(
                    "wal_receiver",
                    FindingKind.EXPECTATION,
                    standby=[group("stopped", "db1")],
                    message="wal_receiver: dallas unmeasured | arizona stopped (db1); expected streaming",
                    effect="about 14 min of orders would be lost",
                    fix="systemctl restart postgresql@15-main  # then read pg_stat_wal_receiver",
                    days=0.9,
                    where=["arizona/db1"],
                ),
                finding(
                    "lag",
                    FindingKind.EXPECTATION,
                    standby=[group("14 min 3 s", "db1")],
                    message="lag: dallas unmeasured | arizona 14 min 3 s (db1); expected at most 5 min",
                    effect="about 14 min of orders would be lost",
                    fix="systemctl restart postgresql@15-main  # then read pg_stat_wal_receiver",
                ),
            ],
            owner="Database team",
            sentence="The standby's database follows the primary's without a break",
            broken="The copy of the database on {where} receives nothing",
            harm=Harm.LOSS,
            why="Orders that have not reached Arizona when Dallas dies are lost, and were paid for.",
        ),
        check(
            "sessions",
            "web",
            Outcome.DIFFERENT,
            [
                finding(
                    "open sockets",
                    FindingKind.EXPECTATION,
                    primary=[group("10.1.0.31:6379", "web1", "web2")],
                    standby=[group("10.2.0.31:6379", "web1"), group("10.1.0.31:6379", "web2")],
                    message="open sockets: ...; expected a place inside its own site",
                    where=["arizona/web2"],
                    effect="customers are logged out and carts are empty after the switch",
                    fix="sed -i 's/10.1.0.31/10.2.0.31/' /etc/shop/env && systemctl restart shop",
                )
            ],
            sentence="Every web host keeps its sessions in its own site's Redis",
            broken="The running application on {where} keeps logins at the other site",
            harm=Harm.OUTAGE,
            why="In October 2012 sessions kept coming from the other site, which slowed every page down.",
        ),
        check(
            "locales",
            "web",
            Outcome.DIFFERENT,
            [
                finding(
                    name,
                    FindingKind.EXPECTATION,
                    primary=[group("usable", "web1", "web2")],
                    standby=[group("not compiled", "web1", "web2")],
                    message=f"{name}: dallas usable (web1) | arizona not compiled (web1); expected usable",
                    where=["arizona/web1", "arizona/web2"],
                    effect="German, French and Japanese stores show errors",
                    fix=f"sed -i 's/^# *{name}/{name}/' /etc/locale.gen && locale-gen",
                    days=3.2,
                )
                for name in ("de_DE.utf8", "fr_FR.utf8", "ja_JP.utf8")
            ],
            sentence="Every served locale is compiled on every host",
            broken="A language that customers are served in cannot be used on {where} (locale)",
            harm=Harm.PART,
            why="A locale that is not compiled falls back to English without a word, or fails.",
        ),
        check(
            "schedules",
            "web",
            Outcome.DIFFERENT,
            [
                finding(
                    "/etc/cron.d/shop: charge-subscriptions",
                    primary=[group("07:00 UTC", "web1")],
                    standby=[group("09:00 UTC", "web1")],
                    effect="subscriptions are charged 2 h late from March to November, 1 h in winter",
                    fix="echo America/Chicago > /etc/timezone && systemctl restart cron",
                    days=12,
                )
            ],
            sentence="Every job runs at the same moment at both sites",
            broken="Jobs run at other times at {standby} than at {primary}",
            harm=Harm.PART,
        ),
        check(
            "path",
            "web",
            Outcome.DIFFERENT,
            [
                finding(
                    "web2 -> db1: failures",
                    FindingKind.EXPECTATION,
                    primary=[group("0 of 400", "web1", "web2")],
                    standby=[group("0 of 400", "web1"), group("17 of 400", "web2")],
                    message="...; expected a rate below 1 in 100",
                    where=["arizona/web2"],
                    effect="one page in twenty-five shows an error",
                    fix="ethtool -S eth1 | grep -Ei 'err|crc'  # on web2; then try another switch port",
                )
            ],
            owner="Network",
            sentence="The way from web to db loses nothing",
            broken="Data are lost on the network of {where}",
            harm=Harm.PART,
        ),
        check(
            "capacity",
            "db",
            Outcome.UNMEASURED,
            [
                finding(
                    "disk",
                    FindingKind.UNMEASURED,
                    standby=[group(None, "db1")],
                    message="arizona/db1: df: the answer was cut off after 10 s",
                    fix="ssh db1.arizona df -PB1 -l  # see why it hangs: a dead NFS mount?",
                )
            ],
            owner="Database team",
            sentence="The standby has at least the primary's disk, memory and cores",
        ),
        check(
            "packages",
            "web",
            Outcome.DIFFERENT,
            [
                finding(
                    "nginx",
                    FindingKind.UNEVEN,
                    primary=[group("1.22.1-9+deb12u11", "web1", "web2")],
                    standby=[group("1.22.1-9+deb12u11", "web1"), group("1.22.1-9+deb12u10", "web2")],
                    effect="none known",
                    fix="apt-get install nginx=1.22.1-9+deb12u11",
                    days=1.5,
                ),
                finding(
                    "php8.2-intl",
                    FindingKind.MISSING,
                    primary=[group("8.2.30-1~deb12u1", "web1", "web2")],
                    standby=[group(None, "web1", "web2")],
                    effect="prices are shown without currency in non-English stores",
                    fix="apt-get install php8.2-intl=8.2.30-1~deb12u1",
                ),
            ],
            severity=Severity.WARNING,
            sentence="Packages have the same version at both sites",
            broken="{standby} has other versions of software than {primary}",
            harm=Harm.PART,
        ),
        check(
            "dns",
            "edge",
            Outcome.NOT_RUN,
            owner="Network",
            sentence="Every name server points to the active site",
        ),
    ]


def site_down() -> Result:
    """No host of the standby answers, as the gate sees it."""
    away = dict.fromkeys(("edge1", "web1", "web2", "db1", "sessions1"), "connection refused (198.18.1.1:22)")
    hosts = {"edge": ("edge1",), "web": ("web1", "web2"), "db": ("db1",), "sessions": ("sessions1",)}

    def silent(one: SavedCheck) -> SavedCheck:
        found = tuple(
            finding(
                one.aspect,
                FindingKind.UNMEASURED,
                standby=[group(None, host)],
                message=f"arizona/{host}: {one.aspect}: {away[host]}",
            )
            for host in hosts.get(one.role, hosts["web"])
        )
        return one.model_copy(update={"outcome": Outcome.UNMEASURED, "findings": found, "compared": 0})

    checks = [silent(one) for one in all_same()]
    cause = SavedCause(
        sentence="0 of 5 Arizona hosts answer",
        said=tuple(f"arizona/{host}: {reason}" for host, reason in away.items()),
        root=None,
        checks=tuple(one.id for one in checks),
    )
    reasons = (
        f"0 of 5 Arizona hosts answer; {len(checks)} checks could not be made because of it",
        f"no host of arizona answered (edge1: {away['edge1']})",
        f"{len(checks)} checks could not be made, first: {checks[0].sentence}",
    )
    down = result(checks, Verdict.UNKNOWN, reasons)
    return down.model_copy(update={"causes": (cause,), "executed": Count(checks=len(checks), hosts=5)})


def redis_stopped() -> Result:
    """One stopped server: what follows from it, what its clients said, and a fault of another kind."""
    required = check(
        "services",
        "sessions",
        Outcome.DIFFERENT,
        [
            finding(
                "redis-server.service",
                FindingKind.EXPECTATION,
                primary=[group("runs, and starts at a boot", "sessions1")],
                standby=[group("does not run", "sessions1")],
                where=["arizona/sessions1"],
                effect="The application, or something that it depends on, is not there.",
                fix="systemctl enable --now redis-server.service",
            )
        ],
        sentence="Every required unit runs also after a boot",
        broken="A required service on {where} does not run, or not after the next start",
        harm=Harm.OUTAGE,
    )
    login = check(
        "session",
        "web",
        Outcome.DIFFERENT,
        [
            finding(
                "session",
                FindingKind.EXPECTATION,
                standby=[group("in no store", "web1", "web2")],
                where=["arizona/web1", "arizona/web2"],
                effect="Nobody can log in, and what customers did on one page is forgotten on the next.",
            )
        ],
        kind="smoke",
        sentence="A session is kept by the standby's own Redis",
        broken="Nobody can log in at {standby}, or logins are kept at the other site",
        harm=Harm.OUTAGE,
    )
    stderr = "arizona/sessions1: redis: exit 1: Could not connect to Redis at 127.0.0.1:6379"
    unread = check(
        "redis",
        "sessions",
        Outcome.UNMEASURED,
        [finding("settings", FindingKind.UNMEASURED, standby=[group(None, "sessions1")], message=stderr)],
        sentence="Redis runs with the same settings",
    )
    cut = check(
        "capacity",
        "db",
        Outcome.UNMEASURED,
        [
            finding(
                "disk",
                FindingKind.UNMEASURED,
                standby=[group(None, "db1")],
                message="arizona/db1: capacity: timed out after 1.45547 s",
            )
        ],
        sentence="The standby has as much room on disk",
    )
    small = check(
        "kernel",
        "web",
        Outcome.DIFFERENT,
        [finding("net.core.somaxconn", primary=[group(4096, "web1")], standby=[group(128, "web1")])],
        sentence="The kernel is set alike",
        broken="The systems of {standby} are tuned otherwise than those of {primary} (kernel settings)",
    )
    told = "A required service on Arizona sessions1 does not run, or not after the next start"
    cause = SavedCause(sentence=told, root=required.id, checks=(login.id, unread.id))
    reasons = (f"3 blockers differ, first: {told}", f"{told}; 2 other checks fail with it")
    checks = instead(all_same(), required, login, unread, cut, small)
    return result(checks, Verdict.NO_GO, reasons).model_copy(update={"causes": (cause,)})


def unknown() -> Result:
    """Dallas is dead and a record stands in for it; one host of the standby hangs."""
    hung = finding(
        "compiled",
        FindingKind.UNMEASURED,
        standby=[group(None, "web2")],
        message="arizona/web2: no answer within 30 s; the connection was cut",
        fix="ssh -v web2.arizona true",
    )
    checks = instead(
        all_same(),
        check(
            "locales",
            "web",
            Outcome.UNMEASURED,
            [hung],
            sentence="Every served locale is compiled on every host",
        ),
        check("services", "web", Outcome.UNMEASURED, [hung], sentence="Every service that runs is enabled"),
    )
    reasons = (
        "2 checks could not be measured (first: locales[web]: arizona/web2 gave no answer within 30 s)",
    )
    return result(checks, Verdict.UNKNOWN, reasons, record_age=timedelta(hours=6, minutes=12))


def hostile() -> Result:
    """Every text that a host can influence is a payload."""
    findings = [
        finding(
            text,
            kind,
            primary=[group(text, "web1"), group(text + "x" * 200, "web2")],
            standby=[group(text * 20, "web1", text)],
            message=f"{text}; expected {text}",
            effect=text,
            fix=text,
            waiver=text if number % 5 == 0 else None,
        )
        for number, text in enumerate(HOSTILE)
        for kind in (FindingKind.DIFFERENT, FindingKind.EXPECTATION)
    ]
    checks = [
        check(
            "packages",
            f"role{number}",
            Outcome.DIFFERENT,
            findings[2 * number : 2 * number + 2],
            name=f"test_payload_{number}",
            owner=text,
            sentence=text,
            why=text,
        )
        for number, text in enumerate(HOSTILE)
    ]
    waivers = tuple(
        waiver("refused", -1, text).model_copy(
            update={"item": text, "reason": text, "owner": text, "approved_by": text, "ticket": text}
        )
        for text in HOSTILE
    )
    listed = tuple(
        SavedListed(
            aspect=text,
            what=text,
            promised=1,
            compared=2,
            unjudged=(SavedUnjudged(item=text, why=text, hosts=(text, text)),),
            unread=(text, text),
        )
        for text in HOSTILE
    )
    about = Scope(
        areas=tuple(SavedArea(kind="parity", name=text, state="compared", checks=1) for text in HOSTILE),
        absent=tuple(SavedAbsence(name=text, reason=text, approved_by=text) for text in HOSTILE),
        undecided=tuple(SavedUndecided(key=text, question=text, place=text) for text in HOSTILE),
        waiting=tuple(SavedWaiting(path=text, place=text, seen=text, question=text) for text in HOSTILE),
        listed=listed,
    )
    return result(checks, Verdict.NO_GO, HOSTILE).model_copy(
        update={
            "waivers": waivers,
            "scope": about,
            "hosts_in_no_role": HOSTILE,
            "downgraded": tuple(
                SavedDowngrade(kind="parity", aspect=text, checks=1, reason=text) for text in HOSTILE
            ),
        }
    )


def many(number: int = 10_000, promises: int = 40) -> Result:
    """Ten thousand findings over forty promises."""
    each = number // promises
    checks = [
        check(
            list(ASPECTS)[place % len(ASPECTS)],
            "web",
            Outcome.DIFFERENT,
            [
                finding(
                    f"package-with-a-long-name-{place}-{one}",
                    primary=[group(f"1.{one}.0-1+deb12u11", "web1", "web2", "web3")],
                    standby=[
                        group(f"1.{one}.0-1+deb12u10", "web1"),
                        group(f"1.{one}.0-1+deb12u9", "web2", "web3"),
                    ],
                    effect="errors in some stores",
                    fix=f"apt-get install package-with-a-long-name-{place}-{one}=1.{one}.0-1+deb12u11",
                )
                for one in range(each)
            ],
            name=f"test_promise_{place}",
            sentence=f"Promise {place} about every package holds",
        )
        for place in range(promises)
    ]
    return result(checks, Verdict.NO_GO, (f"{promises} blockers differ (first: accounts[web])",))


def many_checks(number: int = 10_000) -> Result:
    """Ten thousand checks that are all the same: three hundred and thirty-four promises, thirty roles."""
    checks = [
        check(list(ASPECTS)[one // 30 % len(ASPECTS)], f"role-{one % 30}", name=f"test_promise_{one // 30}")
        for one in range(number)
    ]
    return result(checks, Verdict.GO)
