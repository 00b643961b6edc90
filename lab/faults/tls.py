"""Certificates that clients refuse, now or soon, and certificate files that nobody loaded."""

from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric import ec

from lab import certificates
from lab.certificates import Pair
from lab.faults import Fault
from lab.handle import Lab

PRIMARY, STANDBY = ("dallas-edge1",), ("arizona-edge1",)
NAMES = ("www.shop.example", "shop.example")
_FILE = f"/etc/ssl/shop/{NAMES[0]}"
_KEPT = "/root/certificate"
_CONFIGURATION = "/etc/nginx/conf.d/shop.conf"

_KEEP = f"mkdir -p {_KEPT} && cp -p {_FILE}.pem {_FILE}.key {_KEPT}/"
# systemd refuses a sixth start within ten seconds, unless it is told to forget.
_LOAD = "nginx -t -q && systemctl reset-failed nginx && systemctl restart nginx"
_MEND = f"""
    [ ! -d {_KEPT} ] || {{ cp -p {_KEPT}/* /etc/ssl/shop/ && rm -r {_KEPT}; }}
    {_LOAD}
"""


def _put(lab: Lab, host: str, kind: str, content: bytes) -> None:
    lab.shell(host, f"cat >{_FILE}.{kind} <<'PEM'\n{content.decode()}PEM")


def _certificate(name: str, sentence: str, hosts: tuple[str, ...], make: Callable[[], Pair]) -> Fault:
    """Another certificate is installed and served."""

    def break_(lab: Lab) -> None:
        pair = make()
        for host in hosts:
            lab.shell(host, _KEEP)
            _put(lab, host, "pem", pair.chain)
            _put(lab, host, "key", pair.key)
            lab.shell(host, _LOAD)

    return Fault(name, sentence, hosts, break_, _MEND)


def _on_disk(name: str, sentence: str, hosts: tuple[str, ...], kinds: tuple[str, ...]) -> Fault:
    """Files are replaced and not loaded."""

    def break_(lab: Lab) -> None:
        pair = certificates.issue(NAMES)
        for host in hosts:
            lab.shell(host, _KEEP)
            for kind in kinds:
                _put(lab, host, kind, pair.chain if kind == "pem" else pair.key)

    return Fault(name, sentence, hosts, break_, _MEND)


def _without_its_chain() -> Pair:
    pair = certificates.issue(NAMES)
    end = b"-----END CERTIFICATE-----\n"
    return Pair(pair.chain.partition(end)[0] + end, pair.key)


FAULTS = (
    _certificate(
        "certificate_ends_next_week",
        "The standby's certificate expires in five days, and nobody renews what nobody uses.",
        STANDBY,
        lambda: certificates.issue(NAMES, days=5),
    ),
    _certificate(
        "certificate_for_another_name",
        "The standby serves the certificate of another shop.",
        STANDBY,
        lambda: certificates.issue(("www.other.example",)),
    ),
    _certificate(
        "certificate_lacks_a_name",
        "The primary's new certificate lacks one of the shop's names.",
        PRIMARY,
        lambda: certificates.issue(NAMES[:1]),
    ),
    _certificate(
        "certificate_chain_incomplete",
        "The standby serves its certificate without that of the issuing authority.",
        STANDBY,
        _without_its_chain,
    ),
    _certificate(
        "certificate_of_an_unknown_authority",
        "The standby serves a self-signed certificate left by an installer.",
        STANDBY,
        lambda: certificates.unknown(NAMES),
    ),
    _certificate(
        "certificate_of_another_kind",
        "The standby's certificate has a different kind of key from the primary's.",
        STANDBY,
        lambda: certificates.issue(NAMES, curve=ec.SECP384R1()),
    ),
    _certificate(
        "certificate_ended_at_both_sites",
        "The certificate expired yesterday, at both sites.",
        (*PRIMARY, *STANDBY),
        lambda: certificates.issue(NAMES, days=-1),
    ),
    _on_disk(
        "certificate_not_reloaded",
        "The primary's certificate was renewed on disk, and the front door still serves the old one.",
        PRIMARY,
        ("pem", "key"),
    ),
    _on_disk(
        "certificate_with_the_wrong_key",
        "The standby's key file belongs to another certificate; nginx will not start again.",
        STANDBY,
        ("key",),
    ),
    Fault(
        name="tls_not_served",
        sentence="The standby's front door does not speak TLS: its line was lost in a merge.",
        hosts=STANDBY,
        break_=f"""
            mkdir -p {_KEPT} && cp -p {_CONFIGURATION} {_KEPT}.conf
            sed -i '/listen 443/d; /ssl_/d' {_CONFIGURATION}
            {_LOAD}
        """,
        mend=f"""
            rm -rf {_KEPT}
            [ ! -f {_KEPT}.conf ] || mv {_KEPT}.conf {_CONFIGURATION}
            {_LOAD}
        """,
    ),
)
