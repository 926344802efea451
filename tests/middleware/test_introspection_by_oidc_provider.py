"""An issuer of opaque tokens that is not ours, on node: signed answers, and every way of saying who asks."""

import json
import os
import shutil
import subprocess
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from both_doors import ADMIN_AUDIENCE, AUDIENCE, Doors
from certificates import certified
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey
from sockets import free_port

from realmgate import (
    ClientCertificate,
    ClientSecretBasic,
    ClientSecretPost,
    Introspection,
    PrivateKeyJwt,
    Realm,
    Realms,
)

FOLDER = Path(__file__).parents[1] / "npm"
MISSING = "oidc-provider is not installed here (with node and npm: make npm)"
NODE = shutil.which("node")
SECRET = "s3cret" * 8


@dataclass(frozen=True)
class Provider:
    """Where it is, and what the clients hold that it knows."""

    issuer: str
    tls: str
    ways: dict[str, Any]

    def token(self, resource: str = AUDIENCE) -> str:
        asked = {"grant_type": "client_credentials", "scope": "orders:read", "resource": resource}
        token: str = requests.post(f"{self.issuer}/token", data=asked, auth=("app", SECRET), timeout=10).json()[
            "access_token"
        ]
        return token

    def revoke(self, token: str) -> None:
        requests.post(
            f"{self.issuer}/token/revocation", data={"token": token}, auth=("app", SECRET), timeout=10
        ).raise_for_status()


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    if NODE is None or not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        give_up = pytest.fail if os.environ.get("NPM_TESTS") == "required" else pytest.skip
        give_up(MISSING)
    folder = tmp_path_factory.mktemp("provider")
    server, ours, signer = certified("server"), certified("gate"), ec.generate_private_key(ec.SECP256R1())
    pem = signer.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = ECKey.import_key(pem).as_dict(private=False)
    certificate_jwk = ECKey.import_key(
        ours.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    ).as_dict(private=False)
    files = server.save(folder, "server")
    issuer = f"http://127.0.0.1:{free_port()}"
    given = {
        "issuer": issuer,
        "audience": AUDIENCE,
        "secret": SECRET,
        "tls": files,
        "jwk": {**public, "kid": "gate-1", "alg": "ES256", "use": "sig"},
        "certificate_jwk": {**certificate_jwk, "x5c": [b64encode(ours.der).decode()]},
    }
    environment = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    with (
        subprocess.Popen(
            [NODE, "provider.js"],
            cwd=FOLDER,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
        pytest.MonkeyPatch.context() as patch,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(given) + "\n")
        process.stdin.flush()
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"):
            patch.delenv(name, raising=False)
        patch.setenv("SSL_CERT_FILE", files[0])
        try:
            tls = json.loads(process.stdout.readline())["tls"]
            ways = {
                "basic": ClientSecretBasic("basic", SECRET),
                "post": ClientSecretPost("post", SECRET),
                "signing": PrivateKeyJwt("signing", pem, audience=issuer, kid="gate-1"),
                "certified": ClientCertificate("certified", *ours.save(folder, "gate")),
            }
            yield Provider(issuer, tls, ways)
        finally:
            process.kill()


@pytest.fixture
def door(provider: Provider, doors_to: Callable[..., Doors]) -> Callable[..., Doors]:
    def door(auth: Any, realm: str = "storefront", **asking: Any) -> Doors:
        # Only where it shows a certificate does it need TLS.
        place = provider.tls if auth.certificate else provider.issuer
        introspection = Introspection(f"{place}/token/introspection", auth=auth, cache_for=0, **asking)
        shared: dict[str, Any] = {"issuer": provider.issuer, "introspection": introspection, "trust_mock": True}
        shop = Realms(
            Realm("storefront", audience=AUDIENCE, **shared), Realm("backoffice", audience=ADMIN_AUDIENCE, **shared)
        )
        return doors_to(shop[realm], clock=time.time)

    return door


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("way", ["basic", "post", "signing", "certified"])
def test_a_token_opens_its_own_realm_until_it_is_revoked(
    provider: Provider, door: Callable[..., Doors], way: str, signed: bool
) -> None:
    auth, token = provider.ways[way], provider.token()
    storefront, backoffice = door(auth, signed=signed), door(auth, "backoffice", signed=signed)
    assert storefront.bearer(token).json["client_id"] == "app"
    assert storefront.bearer(token).json["scopes"] == ["orders:read"]
    assert backoffice.bearer(token).status == 401
    assert backoffice.bearer(provider.token(ADMIN_AUDIENCE)).status == 200
    assert storefront.bearer("invented").status == 401
    provider.revoke(token)
    assert storefront.bearer(token).status == 401


@pytest.mark.parametrize(
    "auth",
    [
        pytest.param(ClientSecretBasic("basic", "guessed"), id="another secret"),
        pytest.param(ClientSecretPost("post", "guessed"), id="another secret in the form"),
        pytest.param(
            PrivateKeyJwt("signing", {**ECKey.generate_key("P-256").as_dict(private=True)}, audience="https://x"),
            id="another key",
        ),
    ],
)
def test_whoever_the_provider_does_not_know_is_told_nothing(
    provider: Provider, door: Callable[..., Doors], auth: Any
) -> None:
    assert door(auth).bearer(provider.token()).status == 503


def test_another_certificate_is_told_nothing(provider: Provider, door: Callable[..., Doors], tmp_path: Path) -> None:
    auth = ClientCertificate("certified", *certified("gate").save(tmp_path, "other"))
    assert door(auth).bearer(provider.token()).status == 503


def test_what_is_signed_for_another_client_is_no_answer_to_us(provider: Provider, door: Callable[..., Doors]) -> None:
    token = provider.token()
    assert door(provider.ways["post"], signed=True, audience="post").bearer(token).status == 200
    assert door(provider.ways["post"], signed=True, audience="basic").bearer(token).status == 503
