"""The certificate that a server really shows, asked for by openssl on the host itself.

openssl verifies it as a client would, for the name that customers type and with the authorities they trust.
"""

from __future__ import annotations

import re
import shlex
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa

from siteparity.model import UnmeasuredError
from siteparity.tools.program import filled, program

Certificate = x509.Certificate
VERIFIED = "verified"
NOT_THERE = "no such file"

_QUESTION = program(__package__, "tls.sh")
PARTS = ("now", "served", "certificate", "key")


def question(place: str, name: str, trust: str | None, certificate: str, key: str) -> str:
    """A shell text that asks for a name as a client does, and looks at the files of the server.

    Args:
        place: ``address:port``.
        name: the name that customers type.
        trust: the file with the authorities that customers trust; None for the system's own.
        certificate: the file with the certificate and its chain.
        key: the file with the private key.
    """
    words = {"place": place, "name": name, "trust": trust or "", "certificate": certificate, "key": key}
    quoted = {what: shlex.quote(word) for what, word in words.items()}
    return filled(_QUESTION, **quoted, not_there=NOT_THERE)


@dataclass(frozen=True, slots=True)
class Served:
    """What a client was shown."""

    state: str
    """`VERIFIED`, or why a client would turn away."""
    chain: tuple[x509.Certificate, ...]
    """The server's own first; empty if none was shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a server shows for one name, and the files on its disk."""

    served: Served
    now: Sequence[str]
    """Lines, for `now`."""
    certificate: Sequence[str]
    """Lines of the file, for `certificates`; or `NOT_THERE`."""
    key: Sequence[str]
    """Lines of its public half, for `spki`; or `NOT_THERE`."""


def read(parts: Mapping[str, Sequence[str]]) -> Shown:
    """Read the answer to `question`.

    Raises:
        UnmeasuredError: s_client did not say what it was asked for.
    """
    now, served, certificate, key = ([line for line in parts[name] if line] for name in PARTS)
    return Shown(read_served(served), now, certificate, key)


def read_served(lines: Sequence[str]) -> Served:
    """What openssl s_client said.

    Raises:
        UnmeasuredError: it is not what was asked for.
    """
    if not lines or not re.fullmatch(r"exit [0-9]{1,3}", lines[0]):
        raise UnmeasuredError("s_client: the answer lacks its exit status")
    chain = certificates(lines[1:])
    codes = re.findall(r"^ *Verify return code: ([0-9]+) \((.*)\)$", "\n".join(lines), re.MULTILINE)
    if not chain:
        return Served(_why_nothing(lines[1:]), ())
    if not codes:
        raise UnmeasuredError("s_client: no word about the verification")
    if len(set(codes)) != 1:
        raise UnmeasuredError("s_client: contradicts itself about the verification")
    code, words = codes[0]
    return Served(VERIFIED if code == "0" else words, chain)


def _why_nothing(lines: Sequence[str]) -> str:
    said = " ".join(lines)
    if refused := re.search(
        r"(?:connect: ?|BIO_connect:|system library:[^:]*:[^:]*:)\s*(Connection refused)", said
    ):
        return f"no TLS: {refused[1].lower()}"
    if "errno=" in said:
        return "no TLS: cannot be connected"
    alert = re.search(r":error:[0-9A-F]*:[^:]*:[^:]*:([^:]+)", said)
    return f"no TLS: {alert[1]}" if alert else "no certificate is shown"


def certificates(lines: Sequence[str]) -> tuple[x509.Certificate, ...]:
    """The certificates among the lines, in their order."""
    text = "\n".join(lines)
    blocks = re.findall(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", text, re.DOTALL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # old certificates bend rules that clients do not mind
            return tuple(x509.load_pem_x509_certificate(block.encode()) for block in blocks)
    except ValueError:
        raise UnmeasuredError("a certificate cannot be read") from None


def spki(public: x509.Certificate | str) -> bytes:
    """The public key of a certificate or of a PEM text, as SubjectPublicKeyInfo in DER.

    Raises:
        UnmeasuredError: it cannot be read.
    """
    try:
        key = (
            serialization.load_pem_public_key(public.encode())
            if isinstance(public, str)
            else public.public_key()
        )
    except (ValueError, UnsupportedAlgorithm):
        raise UnmeasuredError("a key cannot be read") from None
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The names and addresses that it was issued for, sorted."""
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    except ValueError:
        raise UnmeasuredError("the names of a certificate cannot be read") from None
    alternatives = extension.value
    found = [name.lower() for name in alternatives.get_values_for_type(x509.DNSName)]
    return tuple(sorted({*found, *(str(one) for one in alternatives.get_values_for_type(x509.IPAddress))}))


def authority(certificate: x509.Certificate) -> str:
    """Who issued it, as RFC 4514 writes a name.

    Raises:
        UnmeasuredError: that cannot be read.
    """
    try:
        return certificate.issuer.rfc4514_string()
    except ValueError:
        raise UnmeasuredError("the authority of a certificate cannot be read") from None


def kind_of_key(certificate: x509.Certificate) -> str:
    """The kind and strength of its key: clients too old for it turn away.

    Raises:
        UnmeasuredError: it cannot be read.
    """
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise UnmeasuredError("the key of a certificate cannot be read") from None
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA {key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC {key.curve.name}"
    return {ed25519.Ed25519PublicKey: "Ed25519", ed448.Ed448PublicKey: "Ed448"}.get(type(key), "another kind")


def ends(chain: Sequence[x509.Certificate]) -> datetime:
    """When the first certificate of the chain ends."""
    return min(certificate.not_valid_after_utc for certificate in chain)


def now(lines: Sequence[str]) -> datetime:
    """The host's own time.

    Raises:
        UnmeasuredError: it is none.
    """
    if len(lines) != 1 or not re.fullmatch(r"[0-9]{9,11}", lines[0]):
        raise UnmeasuredError("date: no time")
    return datetime.fromtimestamp(int(lines[0]), UTC)
