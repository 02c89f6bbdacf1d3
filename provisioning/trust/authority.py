"""X.509 of the room: a root, the issuer below it, and the front's certificate. The only X.509 here.

The root signs one issuer and its key is forgotten; root and issuer can speak for a few names and
private networks only (RFC 5280, name constraints). Browsers that do not look at the constraints of
a root look at those of an issuer.
"""

import datetime
import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509 import verification
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provisioning.errors import CertificateRefused

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
# Nobody outside reaches these, so nobody outside can be impersonated there (RFC 1918).
PRIVATE: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
# A student machine whose clock battery is empty believes that it is some earlier year.
FROM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
AUTHORITY_YEARS, FRONT_DAYS = 10, 397


class Limits(NamedTuple):
    """What the CA may speak for."""

    names: tuple[str, ...]
    networks: tuple[Network, ...]


class Made(NamedTuple):
    """A new CA: certificates to hand out, and the issuer's key, which stays on this box."""

    root: bytes
    issuer: bytes
    issuer_key: bytes


class Front(NamedTuple):
    """What a front's certificate says."""

    names: tuple[str, ...]
    addresses: tuple[Address, ...]
    until: datetime.datetime


def make_authority(name: str, limits: Limits, now: datetime.datetime) -> Made:
    """A root and its issuer, limited to `limits`; the root's key is gone when this returns."""
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, issuer_name = _name(f"{name} root"), _name(f"{name} issuer")
    until = now + datetime.timedelta(days=365 * AUTHORITY_YEARS)
    root = _authority(_begin(root_name, root_name, root_key.public_key(), until), limits, 1)
    root = _between(root, root_key.public_key(), root_key.public_key())
    issuer = _authority(_begin(issuer_name, root_name, key.public_key(), until), limits, 0)
    issuer = _between(issuer, key.public_key(), root_key.public_key())
    return Made(
        root.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM),
        issuer.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def certify_front(
    issuer: bytes,
    issuer_key: bytes,
    names: Sequence[str],
    addresses: Sequence[Address],
    now: datetime.datetime,
) -> bytes:
    """A new key with its certificate and the issuer's, as HAProxy reads them (PEM)."""
    above = x509.load_pem_x509_certificate(issuer)
    signer = load_pem_private_key(issuer_key, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)  # noqa: S101  (made above)
    key = ec.generate_private_key(ec.SECP256R1())
    until = min(now + datetime.timedelta(days=FRONT_DAYS), above.not_valid_after_utc)
    made = _begin(_name(names[0]), above.subject, key.public_key(), until)
    also = [x509.DNSName(one) for one in names] + [x509.IPAddress(one) for one in addresses]
    made = made.add_extension(x509.SubjectAlternativeName(also), False)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    made = made.add_extension(_usage(digital_signature=True), True)
    made = _between(_for_servers(made), key.public_key(), signer.public_key())
    leaf = made.sign(signer, hashes.SHA256()).public_bytes(Encoding.PEM)
    return leaf + issuer + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def verify_front(root: bytes, front: bytes, name: str | Address, now: datetime.datetime) -> None:
    """CertificateRefused unless a browser that trusts `root` believes `front` to be `name`."""
    leaf, *issuers = x509.load_pem_x509_certificates(front)
    store = verification.Store([x509.load_pem_x509_certificate(root)])
    subject = x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)
    verifier = verification.PolicyBuilder().store(store).time(now).build_server_verifier(subject)
    try:
        verifier.verify(leaf, issuers)
    except (verification.VerificationError, InvalidSignature) as error:
        raise CertificateRefused(name=name, reason=str(error)[:200]) from None


def read_front(front: bytes) -> Front:
    """What stands in a front's certificate."""
    leaf = x509.load_pem_x509_certificates(front)[0]
    said = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    addresses = said.get_values_for_type(x509.IPAddress)
    found = tuple(a for a in addresses if isinstance(a, Address))
    return Front(tuple(said.get_values_for_type(x509.DNSName)), found, leaf.not_valid_after_utc)


def read_limits(root: bytes) -> Limits:
    """What a CA may speak for."""
    made = x509.load_pem_x509_certificate(root)
    said = made.extensions.get_extension_for_class(x509.NameConstraints).value
    trees = said.permitted_subtrees or []
    names = tuple(str(t.value) for t in trees if isinstance(t, x509.DNSName))
    networks = (t.value for t in trees if isinstance(t, x509.IPAddress))
    return Limits(names, tuple(n for n in networks if isinstance(n, Network)))


def common_name(certificate: bytes) -> str:
    """The name that a certificate gives itself."""
    found = x509.load_pem_x509_certificate(certificate).subject
    return str(found.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def der(certificate: bytes) -> bytes:
    """A certificate's bytes, as its fingerprint is taken of them."""
    return x509.load_pem_x509_certificate(certificate).public_bytes(Encoding.DER)


def fingerprint(certificate: bytes) -> str:
    """SHA-256 in capital hex, as Windows and browsers show it."""
    return hashlib.sha256(der(certificate)).hexdigest().upper()


def ends(certificate: bytes) -> datetime.datetime:
    """When a certificate ends."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def _name(text: str) -> x509.Name:
    # A common name has at most 64 characters.
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:64])])


def _begin(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime.datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder(issuer, subject, key, x509.random_serial_number())
    return made.not_valid_before(FROM).not_valid_after(until)


def _authority(
    made: x509.CertificateBuilder, limits: Limits, below: int
) -> x509.CertificateBuilder:
    trees: Iterable[x509.GeneralName] = [x509.DNSName(n) for n in limits.names]
    trees = [*trees, *(x509.IPAddress(n) for n in limits.networks)]
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=below), True)
    made = made.add_extension(_usage(key_cert_sign=True), True)
    made = made.add_extension(x509.NameConstraints(trees, None), True)
    return _for_servers(made)


def _for_servers(made: x509.CertificateBuilder) -> x509.CertificateBuilder:
    """It is for TLS servers, not for mail or programs, whose names the limits do not cover."""
    return made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)


def _between(
    made: x509.CertificateBuilder,
    key: ec.EllipticCurvePublicKey,
    signer: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer)
    return made.add_extension(above, False)


def _usage(digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
