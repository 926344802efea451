"""A certificate authority for one provider, which can vouch for this machine and the provider's hosts, and no other.

That is a critical constraint in its certificate (RFC 5280 §4.2.1.10), so that whoever trusts it and loses its key to
somebody has lost nothing real. Times are real ones, whatever the provider's clock shows: others check them by theirs.
"""

import datetime as dt
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME: Final = "mockidp, testing only"
AT_HOME: Final = ("localhost", "127.0.0.1", "::1")
LIFE: Final = dt.timedelta(days=3650)
SERVER_LIFE: Final = dt.timedelta(days=397)  # some clients take nothing that is good for longer
EARLIER: Final = dt.timedelta(days=1)  # for containers and machines whose clocks are behind

_SERVER_AUTH: Final = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The authority's certificate and its key; `hosts` are those it may vouch for."""

    certificate: x509.Certificate
    key: EllipticCurvePrivateKey = field(repr=False)

    @property
    def hosts(self) -> frozenset[str]:
        """The names and addresses that its constraint allows."""
        constraints = self.certificate.extensions.get_extension_for_class(x509.NameConstraints).value
        return frozenset(_host(name) for name in constraints.permitted_subtrees or ())

    @property
    def public_pem(self) -> bytes:
        """The certificate, which clients need to trust it."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def private_pem(self) -> bytes:
        """Key and certificate."""
        return _key_pem(self.key) + self.public_pem

    def issue(self, hosts: Iterable[str]) -> bytes:
        """A new key and a certificate for a server at these hosts, as PEM."""
        key = generate_private_key(SECP256R1())
        issuer = self.certificate.subject
        usage = x509.KeyUsage(**{**_NO_USE, "digital_signature": True})
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        certificate = (
            _certificate("mockidp server", issuer, key, SERVER_LIFE)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
            .add_extension(known, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return _key_pem(key) + certificate.public_bytes(Encoding.PEM)


def canonical(host: str) -> str:
    """The host as certificates name it: an address in its shortest form."""
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return host.lower()


def new_authority(hosts: Iterable[str]) -> Authority:
    """One for these hosts: names that it allows include what is below them, addresses are single ones."""
    key = generate_private_key(SECP256R1())
    usage = x509.KeyUsage(**{**_NO_USE, "key_cert_sign": True, "crl_sign": True})
    allowed = [_subtree(host) for host in hosts]
    certificate = (
        _certificate(NAME, _called(NAME), key, LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(permitted_subtrees=allowed, excluded_subtrees=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(certificate=certificate, key=key)


def read_authority(pem: bytes) -> Authority:
    """The one that was written as `private_pem`; ValueError for anything else, a real authority above all."""
    key, certificate = load_pem_private_key(pem, None), x509.load_pem_x509_certificate(pem)
    if not isinstance(key, EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise ValueError("key and certificate do not belong together")
    if certificate.subject != _called(NAME):
        raise ValueError("it is not an authority that was made here: use none that anything real trusts")
    if certificate.not_valid_after_utc <= _now():
        raise ValueError("it has expired")
    if not _is_bounded(certificate):
        raise ValueError("it may vouch for anybody")
    return Authority(certificate=certificate, key=key)


def _is_bounded(certificate: x509.Certificate) -> bool:
    """Is it held to single addresses and to named hosts? A kind of name that is not mentioned would be free."""
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except x509.ExtensionNotFound:
        return False
    allowed = constraints.value.permitted_subtrees or []
    names = [name.value for name in allowed if isinstance(name, x509.DNSName)]
    networks = [name.value for name in allowed if isinstance(name, x509.IPAddress)]
    single = all(getattr(network, "num_addresses", 0) == 1 for network in networks)
    return constraints.critical and all(names) and bool(names) and bool(networks) and single


_NO_USE: Final = dict.fromkeys(
    (
        *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
        *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
    ),
    False,
)


def _certificate(
    name: str, issuer: x509.Name, key: EllipticCurvePrivateKey, life: dt.timedelta
) -> x509.CertificateBuilder:
    now = _now()
    return (
        x509.CertificateBuilder()
        .subject_name(_called(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - EARLIER)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(_SERVER_AUTH, critical=False)
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _called(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _subtree(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_network(host))
    except ValueError:
        return x509.DNSName(host)


def _host(name: x509.GeneralName) -> str:
    value = name.value
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return str(value.network_address)
    return str(value)


def _key_pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
