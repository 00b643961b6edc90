"""The software of the pair, all from Debian: Roundcube behind HAProxy, Apache and PHP-FPM."""

import http.client
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import urlencode

from lab import certificates, podman
from lab.certificates import Pair as Certificate
from lab.evidence import get, redis
from lab.pairs import Database, Look, Placed
from lab.sites import OUTSIDE, Host, Plan
from lab.state import write
from lab.wait import NotYetError, until

PASSWORDS = ("DATABASE_WEBMAIL", "REPLICATOR", "REDIS_WEBMAIL", "REDIS_PARITY", "REDIS_ADMIN", "DES_KEY")
CERTIFICATE = ("webmail.mail.example",)
DATABASE = Database(15, "roundcube", {"webmail": "DATABASE_WEBMAIL", "replicator": "REPLICATOR"})
GRANTS = "GRANT SELECT (user_id) ON users TO parity;\n"

# Numeric owners: Debian's own of www-data and crontab, and as the Containerfiles fix them.
WWW, CRONTAB, POSTGRES, REDIS = 33, 101, 983, 984

RIGHTS: Mapping[str, tuple[int, int, int]] = {
    "etc/machine-id": (0o444, 0, 0),
    "etc/roundcube/config.inc.php": (0o640, 0, WWW),
    "etc/php/8.2/fpm/conf.d/90-webmail.ini": (0o640, 0, WWW),
    "etc/iptables/rules.v4": (0o640, 0, 0),
    "etc/postgresql/15/main/pg_hba.conf": (0o640, POSTGRES, POSTGRES),
    "etc/postgresql/15/main/pg_ident.conf": (0o640, POSTGRES, POSTGRES),
    "etc/postgresql/15/main/conf.d/site.conf": (0o644, POSTGRES, POSTGRES),
    "var/lib/postgresql/.pgpass": (0o600, POSTGRES, POSTGRES),
    "var/spool/cron/crontabs/postgres": (0o600, POSTGRES, CRONTAB),
    "var/spool/cron/crontabs/www-data": (0o600, WWW, CRONTAB),
    "etc/redis/users.acl": (0o640, REDIS, REDIS),
    "etc/siteparity/redis-auth": (0o600, 0, 0),
    "root/.redis-admin": (0o600, 0, 0),
}

NAME = CERTIFICATE[0]
LETSENCRYPT = "etc/letsencrypt"
RENEWALS = {"porto": 7, "turku": 4}
"""How often each site has renewed its certificate: the number in the names below `archive/`."""
LASTS = 60
"""Days. Certificates of 90 days, a month old."""
RENEWED_AFTER = 20 * 86400.0
"""Seconds. A certificate of the lab that is older is made anew with its host."""
TIMERS = ("roundcube-cleandb.timer", "roundcube-gc.timer")
"""They write to the database, so they are on at the active site alone."""


def tokens(host: Host, plan: Plan) -> dict[str, str]:
    """Names, the servers behind the front door, and the number of the certificate."""
    values = {
        "ACTIVE_LB": plan.at(plan.active.name, "lb")[0].address,
        "HOST_RECORDS": "\n".join(_records(plan)),
    }
    site = plan.site_of(host)
    if site is None:
        return values
    servers = (f"    server {web.hostname} {web.address}:80" for web in plan.at(site.name, "web"))
    return values | {"WEB_SERVERS": "\n".join(servers)}


def files(host: Host, plan: Plan) -> dict[str, Placed]:
    """The certificate as certbot lays it, and what runs at the active site alone."""
    if host.role == "lb":
        return _certificate(host)
    if host.role == "web" and host.site == plan.active.name:
        wanted = "etc/systemd/system/timers.target.wants"
        return {f"{wanted}/{timer}": Placed(b"", link=f"/lib/systemd/system/{timer}") for timer in TIMERS}
    return {}


def looks(host: Host, plan: Plan) -> list[tuple[str, Look]]:
    """Each service answers as its users would ask."""
    by_role: dict[str, tuple[str, Look]] = {
        "mem": (f"{host.name}: Redis answers its users", partial(redis, host)),
        "web": (f"{host.name}: webmail shows its login form", partial(login_form, host)),
        "lb": (f"{host.name}: webmail answers through the front door", partial(front_door, host)),
        OUTSIDE: (f"{host.name}: names, mailboxes and mail relay answer", partial(outside, plan)),
    }
    return [by_role[host.role]] if host.role in by_role else []


def begin(plan: Plan, deadline: float) -> None:
    """Let a first user log in, so that the application's tables have a row."""
    web = plan.at(plan.active.name, "web")[0]
    until(f"{web.name}: a user logs in", partial(log_in, web), deadline)


def log_in(host: Host) -> str:
    """Somebody reads mail: session, database and mailbox work together."""
    connection = http.client.HTTPConnection(host.address, 80, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": NAME})
        answer = connection.getresponse()
        cookie, page = answer.getheader("Set-Cookie", "").partition(";")[0], answer.read().decode()
        token = re.search(r'name="_token" value="([^"]+)"', page)
        form = {"_task": "login", "_action": "login", "_user": "ada@mail.example", "_pass": "webmail"}
        body = urlencode({**form, "_token": token[1] if token else ""})
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/?_task=login", body, {"Host": NAME, "Cookie": cookie, **kind})
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise NotYetError(f"http://{host.address}/: {error}") from error
    finally:
        connection.close()
    if answer.status != http.client.FOUND or "_task=mail" not in answer.getheader("Location", ""):
        raise NotYetError(f"http://{host.address}/: the login got {answer.status}")
    return "logged in"


def login_form(host: Host) -> str:
    """A web host shows the form by itself."""
    status, body = get(host.address, 80, "/", NAME)
    return _form(f"http://{host.address}/", status, body)


def front_door(host: Host) -> str:
    """The form comes over TLS, with a certificate that customers trust."""
    trust = ssl.create_default_context(cadata=certificates.authority(host.pair.state / "tls").decode())
    connection = _Named(host.address, context=trust, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": NAME})
        answer = connection.getresponse()
        return _form(f"https://{host.address}/", answer.status, answer.read(100_000))
    except (OSError, http.client.HTTPException) as error:
        raise NotYetError(f"https://{host.address}/: {error}") from error
    finally:
        connection.close()


def outside(plan: Plan) -> str:
    """A web host can resolve the names that it uses, and mailboxes and relay greet it."""
    web = plan.role("web")[0]
    script = (
        f"getent hosts db.{plan.active.name}.{plan.domain} {NAME} >/dev/null; "
        "for one in imap.provider.example/143 smtp.provider.example/25; do "
        'read -r -t 5 line <"/dev/tcp/$one"; case $line in "* OK"*|220*) ;; *) exit 1;; esac; done'
    )
    done = podman.podman("exec", web.name, "bash", "-euc", script, check=False)
    if done.returncode:
        raise NotYetError(podman.last_words(done) or f"exit {done.returncode}")
    return "answers"


class _Named(http.client.HTTPSConnection):
    """A connection to an address that asks for the certificate of the name."""

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        context = self._context  # type: ignore[attr-defined]
        self.sock = context.wrap_socket(self.sock, server_hostname=NAME)


def _form(url: str, status: int, body: bytes) -> str:
    if status != http.client.OK or b'name="_task" value="login"' not in body:
        raise NotYetError(f"{url}: {status}, no login form: {body[:200]!r}")
    return "200"


def _records(plan: Plan) -> Iterator[str]:
    """Lines of the zone: each host below its site, and the names that the configuration uses."""
    for site in plan.sites:
        for host in plan.hosts:
            if host.site == site.name:
                yield f"{host.hostname}.{site.name} IN A {host.address}"
        for role in ("lb", "db", "mem"):
            yield f"{role}.{site.name} IN A {plan.at(site.name, role)[0].address}"


def _certificate(host: Host) -> dict[str, Placed]:
    """What certbot keeps, with its links, and what the deploy hook makes of it for HAProxy."""
    own, number = _issued(host), RENEWALS[host.site]
    first, *chain = re.findall(
        r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", own.chain.decode(), re.DOTALL
    )
    parts = {
        "cert": first.encode(),
        "chain": "".join(chain).encode(),
        "fullchain": own.chain,
        "privkey": own.key,
    }
    placed = {f"{LETSENCRYPT}/renewal/{NAME}.conf": Placed(_renewal(host).encode())}
    for part, content in parts.items():
        archived = f"archive/{NAME}/{part}{number}.pem"
        placed[f"{LETSENCRYPT}/{archived}"] = Placed(content, 0o600 if part == "privkey" else 0o644)
        placed[f"{LETSENCRYPT}/live/{NAME}/{part}.pem"] = Placed(b"", link=f"../../{archived}")
    return placed | {
        "etc/haproxy/webmail.pem": Placed(own.chain + own.key, 0o600),
        "etc/ssl/example/authority.pem": Placed(certificates.authority(host.pair.state / "tls")),
    }


def _renewal(host: Host) -> str:
    live = f"/{LETSENCRYPT}/live/{NAME}"
    lines = [f"{part} = {live}/{part}.pem" for part in ("cert", "privkey", "chain", "fullchain")]
    account = {"porto": "5d1c0f2ea7b94f0b8a6e2c77c0a1d3b9", "turku": "c42be6a3390d4d5f9e0b7a88f15d62e0"}[
        host.site
    ]
    return "\n".join([
        "version = 2.1.0",
        f"archive_dir = /{LETSENCRYPT}/archive/{NAME}",
        *lines,
        "",
        "[renewalparams]",
        f"account = {account}",
        "authenticator = standalone",
        "http01_port = 8888",
        "server = https://acme-v02.api.letsencrypt.org/directory",
        "key_type = ecdsa",
        "",
    ])  # fmt: skip


def _issued(host: Host) -> Certificate:
    """The certificate of a site; each has one of its own, kept with the keys of the pair."""
    folder = host.pair.state / "tls"
    chain, key = folder / f"{host.site}.pem", folder / f"{host.site}.key"
    if not key.exists() or time.time() - key.stat().st_mtime > RENEWED_AFTER:
        made = certificates.issue(CERTIFICATE, days=LASTS, folder=folder)
        write(chain, made.chain)
        write(key, made.key, 0o600)
    return Certificate(chain.read_bytes(), key.read_bytes())
