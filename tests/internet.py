"""An internet of one machine: whatever name is asked for, one TLS server on loopback answers, by host and path."""

import datetime as dt
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


@dataclass
class Internet:
    """`pages` maps addresses to JSON documents; `authority` is the file whose certificate vouches for all hosts."""

    hosts: tuple[str, ...]
    authority: Path
    port: int = 0
    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def internet(folder: Path, *hosts: str) -> Iterator[Internet]:
    """Serve the hosts; names still have to be turned here, see `connect`."""
    state = Internet(hosts, folder / "authority.pem")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = f"https://{self.headers['Host']}{self.path}"
            state.asked.append(address)
            found = address in state.pages
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(json.dumps(state.pages.get(address, {})).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(write_certificates(folder, state.authority, hosts))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        state.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            server.shutdown()
            thread.join()


def connect(state: Internet, patch: pytest.MonkeyPatch) -> None:
    """Let the hosts' names lead to the server, and its authority be believed, for the length of a test."""
    really = socket.getaddrinfo

    def getaddrinfo(host: Any, wanted: Any, *args: Any, **how: Any) -> Any:
        there = host in state.hosts
        return really("127.0.0.1" if there else host, state.port if there else wanted, *args, **how)

    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    patch.setenv("REQUESTS_CA_BUNDLE", str(state.authority))
    state.pages.clear()
    state.asked.clear()


def write_certificates(folder: Path, authority: Path, hosts: tuple[str, ...]) -> Path:
    """Write an authority's certificate, and key and certificate of a server that has all the names."""
    now = dt.datetime.now(dt.UTC)
    root, leaf = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    names = {
        key: x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for key, name in ((root, "a"), (leaf, "b"))
    }

    def certificate(key: ec.EllipticCurvePrivateKey, *usages: str) -> x509.CertificateBuilder:
        usage = x509.KeyUsage(**{usage: usage in usages for usage in USAGES})
        made = x509.CertificateBuilder(issuer_name=names[root], subject_name=names[key], public_key=key.public_key())
        made = made.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        made = made.serial_number(x509.random_serial_number()).add_extension(usage, critical=True)
        return made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)

    of_root = certificate(root, "key_cert_sign")
    of_root = of_root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    of_leaf = certificate(leaf, "digital_signature")
    for extension in (
        x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()),
    ):
        of_leaf = of_leaf.add_extension(extension, critical=False)
    authority.write_bytes(of_root.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    server = folder / "server.pem"
    key = leaf.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server.write_bytes(key + of_leaf.sign(root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return server
