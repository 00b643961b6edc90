"""Certificates of one pair: a root authority that customers trust, an issuing one, and what they are shown.

`folder` is where they are kept; without one, that of the usual pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from lab.pairs import USUAL
from lab.state import write

TLS = USUAL.state / "tls"
AUTHORITY, ISSUING, SERVED = "authority", "issuing", "served"
BEGINS = timedelta(days=30)
"""Every certificate became valid this long ago, expired ones included."""
LASTS = 397
"""Days. Browsers refuse server certificates that are valid for longer than 398."""


@dataclass(frozen=True)
class Pair:
    """A certificate with its chain, and its key, both in PEM."""

    chain: bytes
    key: bytes


def make_all(names: Sequence[str], folder: Path | None = None) -> None:
    """Make what is missing; the one that customers are shown is for `names`."""
    kept = folder or TLS
    if not (kept / f"{AUTHORITY}.pem").exists() or not (kept / f"{ISSUING}.pem").exists():
        _save(kept, AUTHORITY, _authority("siteparity lab authority", None))
        _save(kept, ISSUING, _authority("siteparity lab issuing authority", _load(kept, AUTHORITY)))
        _save(kept, SERVED, issue(names, folder=kept))


def served(folder: Path | None = None) -> Pair:
    """What customers are shown, the same at both sites."""
    return _load(folder or TLS, SERVED)


def authority(folder: Path | None = None) -> bytes:
    """What customers trust."""
    return _load(folder or TLS, AUTHORITY).chain


def issue(
    names: Sequence[str],
    *,
    days: int = LASTS,
    curve: ec.EllipticCurve | None = None,
    folder: Path | None = None,
) -> Pair:
    """A new certificate with its chain.

    Args:
        names: the first is its subject as well.
        days: how long it is valid from now on; below zero: it has expired.
        curve: of its key.
        folder: whose issuing authority signs it.
    """
    key = ec.generate_private_key(curve or ec.SECP256R1())
    issuer = _load(folder or TLS, ISSUING)
    by = x509.load_pem_x509_certificate(issuer.chain)
    built = (
        _began(_named(names[0]), by.subject, key, days)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(_key(issuer), hashes.SHA256())
    )
    return Pair(_pem(built) + issuer.chain, _private(key))


def unknown(names: Sequence[str]) -> Pair:
    """A self-signed certificate, as installers leave them."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(names[0])
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    built = _began(subject, subject, key, LASTS).add_extension(alternatives, critical=False)
    return Pair(_pem(built.sign(key, hashes.SHA256())), _private(key))


def _authority(name: str, by: Pair | None) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named(name)
    issuer = subject if by is None else x509.load_pem_x509_certificate(by.chain).subject
    signer = key if by is None else _key(by)
    built = _began(subject, issuer, key, 10 * LASTS).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    return Pair(_pem(built.sign(signer, hashes.SHA256())), _private(key))


def _began(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer, subject, key.public_key(), x509.random_serial_number(), now - BEGINS, now + timedelta(days)
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _key(pair: Pair) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pair.key, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("the lab's keys are all of one kind")
    return key


def _save(folder: Path, name: str, pair: Pair) -> None:
    write(folder / f"{name}.key", pair.key, 0o600)
    write(folder / f"{name}.pem", pair.chain)


def _load(folder: Path, name: str) -> Pair:
    return Pair((folder / f"{name}.pem").read_bytes(), (folder / f"{name}.key").read_bytes())
