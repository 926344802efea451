import datetime as dt
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store

from mockidp.serving.authority import AT_HOME, NAME, Authority, canonical, new_authority, read_authority

HOME = x509.DNSName("localhost")
ALONE = x509.IPAddress(ipaddress.ip_network("127.0.0.1"))
HOSTS = (*AT_HOME, "idp.test")


def shaken_hands(authority: Authority, server: bytes, host: str, tmp_path: Path) -> str:
    """What a client says that trusts only this authority, when a server for `host` shows this certificate."""
    file = tmp_path / "server.pem"
    file.write_bytes(server)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(file)
    theirs = ssl.create_default_context(cadata=authority.public_pem.decode())
    theirs.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python does from 3.13 on
    left, right = socket.socketpair()

    def serve() -> None:
        try:
            ours.wrap_socket(right, server_side=True).close()
        except OSError:
            right.close()

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        with theirs.wrap_socket(left, server_hostname=host):
            return "fine"
    except ssl.SSLCertVerificationError as refused:
        return refused.verify_message
    finally:
        left.close()
        serving.join(10)


@pytest.mark.parametrize("host", HOSTS)
def test_it_vouches_for_its_own_hosts(host: str, tmp_path: Path) -> None:
    authority = new_authority(HOSTS)
    assert shaken_hands(authority, authority.issue(HOSTS), host, tmp_path) == "fine"


@pytest.mark.parametrize(
    "host", ["shop.example", "example.com", "192.0.2.1", "127.0.0.2", "localhost.example", "2001:db8::1"]
)
def test_whoever_steals_its_key_can_vouch_for_nobody_else(host: str, tmp_path: Path) -> None:
    authority = new_authority(HOSTS)
    assert shaken_hands(authority, authority.issue([host]), host, tmp_path) == "permitted subtree violation"


def test_another_implementation_refuses_them_too() -> None:
    authority = new_authority(HOSTS)
    verifier = PolicyBuilder().store(Store([authority.certificate])).build_server_verifier(x509.DNSName("shop.example"))
    stolen = x509.load_pem_x509_certificates(authority.issue(["shop.example"]))
    with pytest.raises(x509.verification.VerificationError):
        verifier.verify(stolen[0], [])
    ours = PolicyBuilder().store(Store([authority.certificate])).build_server_verifier(x509.DNSName("idp.test"))
    assert ours.verify(x509.load_pem_x509_certificates(authority.issue(HOSTS))[0], [])


def test_a_stolen_key_makes_no_authority_that_could(tmp_path: Path) -> None:
    authority, deeper = new_authority(HOSTS), generate_private_key(SECP256R1())
    now = dt.datetime.now(dt.UTC)
    between = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "deeper")]))
        .issuer_name(authority.certificate.subject)
        .public_key(deeper.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(authority.key, hashes.SHA256())
    )
    chain = Authority(certificate=between, key=deeper).issue(["localhost"])
    assert (
        shaken_hands(authority, chain + Authority(certificate=between, key=deeper).public_pem, "localhost", tmp_path)
        != "fine"
    )


def test_its_constraint_is_critical_and_a_server_certificate_is_nothing_more() -> None:
    authority = new_authority(HOSTS)
    extensions = authority.certificate.extensions
    assert extensions.get_extension_for_class(x509.NameConstraints).critical
    assert authority.hosts == set(HOSTS)
    [certificate] = x509.load_pem_x509_certificates(authority.issue(HOSTS))
    assert not certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= dt.timedelta(days=398)
    alternatives = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert len(list(alternatives)) == len(HOSTS)


def test_openssl_has_nothing_to_say_against_either(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl here")
    authority = new_authority(HOSTS)
    (tmp_path / "ca.pem").write_bytes(authority.public_pem)
    (tmp_path / "server.pem").write_bytes(authority.issue(HOSTS))
    command = ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", "ca.pem", "server.pem"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "server.pem: OK\n", done.stderr


def test_each_is_another_and_no_key_is_shown() -> None:
    one, other = new_authority(HOSTS), new_authority(HOSTS)
    assert one.public_pem != other.public_pem
    assert "PRIVATE" not in one.public_pem.decode()
    assert "key" not in repr(one).replace("public_key", "")


def test_what_was_written_is_read_again() -> None:
    authority = new_authority(HOSTS)
    assert read_authority(authority.private_pem).public_pem == authority.public_pem


def foreign(name: str, *allowed: x509.GeneralName, constrained: bool | None = True, days: int = 1) -> bytes:
    """An authority that somebody else made."""
    key, now = generate_private_key(SECP256R1()), dt.datetime.now(dt.UTC)
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder(issuer_name=called, subject_name=called, serial_number=1, public_key=key.public_key())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
    )
    if constrained is not None:
        permitted = x509.NameConstraints(allowed or (HOME, ALONE), None)
        builder = builder.add_extension(permitted, critical=constrained)
    return Authority(certificate=builder.sign(key, hashes.SHA256()), key=key).private_pem


@pytest.mark.parametrize(
    ("pem", "problem"),
    [
        (foreign("Example Root"), "not an authority that was made here"),
        (foreign(NAME, constrained=None), "it may vouch for anybody"),
        (foreign(NAME, constrained=False), "it may vouch for anybody"),
        (foreign(NAME, HOME), "it may vouch for anybody"),
        (foreign(NAME, ALONE), "it may vouch for anybody"),
        (foreign(NAME, HOME, x509.IPAddress(ipaddress.ip_network("0.0.0.0/0"))), "it may vouch for anybody"),
        (foreign(NAME, x509.DNSName(""), HOME, ALONE), "it may vouch for anybody"),
        (foreign(NAME, x509.RFC822Name("example.com")), "it may vouch for anybody"),
        (foreign(NAME, days=-1), "it has expired"),
        (new_authority(HOSTS).public_pem, "."),
        (b"", "."),
    ],
)
def test_an_authority_that_could_do_harm_is_not_used(pem: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_authority(pem)


def test_a_key_and_a_certificate_of_two_authorities_are_none() -> None:
    one, other = new_authority(HOSTS), new_authority(HOSTS)
    mixed = Authority(certificate=one.certificate, key=other.key).private_pem
    assert load_pem_private_key(mixed, None)
    with pytest.raises(ValueError, match="do not belong together"):
        read_authority(mixed)


@pytest.mark.parametrize(
    ("written", "named"), [("0:0:0:0:0:0:0:1", "::1"), ("IdP.Test", "idp.test"), ("127.0.0.1", "127.0.0.1")]
)
def test_hosts_have_one_name(written: str, named: str) -> None:
    assert canonical(written) == named
