"""Self-signed certificates, made for the moment."""

import datetime as dt
import hashlib
import ipaddress
import shutil
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass(frozen=True)
class Certified:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def save(self, folder: Path, name: str) -> tuple[str, str]:
        """Write certificate and key, as servers and clients want to be given them."""
        certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_text(self.pem, "ascii")
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return str(certificate), str(key)


def certified(name: str, *hosts: str) -> Certified:
    """A certificate for a name, which is good at 127.0.0.1 and at other hosts too."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    address = x509.SubjectAlternativeName([here, *map(x509.DNSName, hosts)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Certified(built, key)


def trust(certificate: str, folder: Path) -> None:
    """Put a certificate into a directory, under the name by which OpenSSL looks for it."""
    subject = x509.load_pem_x509_certificate(Path(certificate).read_bytes()).subject.public_bytes()
    # OpenSSL hashes a name in lower case, which it has to be here, and without the header of the sequence.
    number = int.from_bytes(hashlib.sha1(subject[2:]).digest()[:4], "little")  # noqa: S324
    shutil.copy(certificate, folder / f"{number:08x}.0")
