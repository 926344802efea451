"""Keys handed over at start-up: what is refused there, and what gets in with them."""

import base64
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, KEYS, Doors, mint
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, rsa
from cryptography.x509.oid import NameOID

from realmgate import ConfigurationError, Pem, Realm, Secret

SECRET = b"0123456789abcdef0123456789abcdef"
PEM_FORM = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem_of(private: Any) -> bytes:
    text: bytes = private.public_key().public_bytes(*PEM_FORM)
    return text


def certificate_of(private: Any) -> bytes:
    """Self-signed, and long expired: only its key counts."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "id.example")])
    start = dt.datetime(2001, 1, 1, tzinfo=dt.UTC)
    algorithm = None if private is KEYS["EdDSA"].private else hashes.SHA256()
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=private.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + dt.timedelta(days=1))
    return builder.sign(private, algorithm).public_bytes(serialization.Encoding.PEM)


def hmac_token(secret: bytes = SECRET, alg: str = "HS256", **claims: Any) -> str:
    body = json.loads(jwt.api_jws.decode_complete(mint(**claims), options={"verify_signature": False})["payload"])
    return jwt.encode(body, secret, algorithm=alg, headers={"typ": "at+jwt"})


class TestPem:
    @pytest.mark.parametrize("alg", KEYS)
    @pytest.mark.parametrize("form", [pem_of, certificate_of])
    def test_a_key_or_a_certificate_verifies_whatever_name_a_token_gives(
        self, door_to: Callable[..., Doors], alg: str, form: Callable[[Any], bytes]
    ) -> None:
        door = door_to(keys=Pem(form(KEYS[alg].private)))
        assert door.bearer(mint(alg)).status == 200
        assert door.bearer(mint(alg, header={"kid": ...})).status == 200

    @pytest.mark.parametrize("alg", KEYS)
    def test_a_token_signed_with_another_key_is_refused(self, door_to: Callable[..., Doors], alg: str) -> None:
        door = door_to(keys=Pem(pem_of(rsa.generate_private_key(65537, 2048))))
        assert door.bearer(mint(alg)).status == 401

    def test_the_key_is_no_secret(self, door_to: Callable[..., Doors]) -> None:
        pem = pem_of(KEYS["RS256"].private)
        forged = hmac_token(b"x" * 32).rpartition(".")[0]
        signature = jwt.get_algorithm_by_name("HS256").sign(forged.encode(), pem)
        token = f"{forged}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        assert door_to(keys=Pem(pem)).bearer(token).status == 401

    def test_text_bytes_and_files_may_hold_several(self, door_to: Callable[..., Doors], tmp_path: Path) -> None:
        file = tmp_path / "keys.pem"
        file.write_bytes(b"# two keys\n" + pem_of(KEYS["RS256"].private) + certificate_of(KEYS["ES256"].private))
        door = door_to(keys=Pem((file, pem_of(KEYS["EdDSA"].private).decode())))
        for alg in KEYS:
            assert door.bearer(mint(alg)).status == 200

    def test_a_key_of_one_type_is_never_tried_with_the_algorithm_of_another(self) -> None:
        (key,) = Pem(pem_of(KEYS["ES256"].private)).keys
        assert key.algorithms == {"ES256"}

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            pytest.param("", "no PEM block", id="empty"),
            pytest.param("keys.pem", "no PEM block", id="a file name as text"),
            pytest.param(json.dumps(JWKS), "no PEM block", id="a JWKS"),
            pytest.param(b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "cannot be read", id="junk"),
            pytest.param(
                KEYS["RS256"].private.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                ),
                "private key",
                id="a private key",
            ),
            pytest.param(pem_of(rsa.generate_private_key(65537, 1024)), "2048", id="a short key"),  # noqa: S505
            pytest.param(pem_of(ec.generate_private_key(ec.SECP224R1())), "secp224r1", id="an odd curve"),
            pytest.param(pem_of(ed448.Ed448PrivateKey.generate()), "Ed448", id="Ed448"),
            pytest.param(pem_of(dsa.generate_private_key(2048)), "DSA", id="DSA"),
            pytest.param(Path("no-such-file.pem"), "FileNotFoundError", id="a file that is not there"),
            pytest.param(5, "text, bytes", id="a number"),
            pytest.param((), "no PEM block", id="nothing"),
        ],
    )
    def test_what_holds_no_usable_key_is_refused_at_start_up(self, given: Any, says: str) -> None:
        with pytest.raises(ConfigurationError, match=says):
            Pem(given)


class TestJwk:
    def test_one_jwk_is_a_set_of_one(self, door_to: Callable[..., Doors]) -> None:
        door = door_to(keys=KEYS["ES256"].jwk)
        assert door.bearer(mint("ES256")).status == 200
        assert door.bearer(mint("RS256")).status == 401

    def test_a_symmetric_jwk_is_never_a_key(self, door_to: Callable[..., Doors]) -> None:
        k = base64.urlsafe_b64encode(SECRET).rstrip(b"=").decode()
        beside_another = {"keys": [{"kty": "oct", "k": k, "alg": "HS256"}, KEYS["RS256"].jwk]}
        assert door_to(keys=beside_another).bearer(hmac_token()).status == 401
        assert door_to(keys=lambda: {"keys": [{"kty": "oct", "k": k}]}).bearer(hmac_token()).status == 401
        with pytest.raises(ConfigurationError, match="Secret"):
            door_to(keys={"kty": "oct", "k": k})


class TestSecret:
    @pytest.mark.parametrize(("alg", "length"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
    def test_who_knows_it_gets_in_and_nobody_else(self, door_to: Callable[..., Doors], alg: str, length: int) -> None:
        door = door_to(keys=Secret(b"s" * length, algorithm=alg))
        assert door.bearer(hmac_token(b"s" * length, alg)).status == 200
        assert door.bearer(hmac_token(b"t" * length, alg)).status == 401
        assert door.bearer(hmac_token(b"s" * length, alg, aud="https://other.example")).status == 401

    def test_another_algorithm_than_its_own_is_refused(self, door_to: Callable[..., Doors]) -> None:
        secret = b"s" * 64
        door = door_to(keys=Secret(secret, algorithm="HS512"))
        for alg in ("HS256", "HS384"):
            assert door.bearer(hmac_token(secret, alg)).status == 401
        for alg in KEYS:
            assert door.bearer(mint(alg)).status == 401
        assert door.bearer(jwt.encode({"iss": ISSUER, "aud": AUDIENCE}, "", algorithm="none")).status == 401

    def test_a_realm_without_one_takes_no_hmac_at_all(self, door_to: Callable[..., Doors]) -> None:
        assert door_to().bearer(hmac_token()).status == 401
        with pytest.raises(ConfigurationError, match="algorithms"):
            Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS, algorithms=("HS256",))

    def test_a_realm_with_one_takes_no_other_algorithm(self) -> None:
        with pytest.raises(ConfigurationError, match="algorithms"):
            Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=Secret(SECRET), algorithms=("RS256",))
        assert Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=Secret(SECRET)).algorithms == ("HS256",)

    def test_while_it_is_changed_the_old_one_still_counts(self, door_to: Callable[..., Doors]) -> None:
        new = b"n" * 32
        door = door_to(keys=Secret((new, SECRET)))
        assert {door.bearer(hmac_token(secret)).status for secret in (new, SECRET)} == {200}
        assert door.bearer(hmac_token(b"x" * 32)).status == 401

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            pytest.param({"value": b""}, "too short", id="empty"),
            pytest.param({"value": b"s" * 31}, "32 bytes", id="too short"),
            pytest.param({"value": b"s" * 63, "algorithm": "HS512"}, "64 bytes", id="too short for its algorithm"),
            pytest.param({"value": (SECRET, b"short")}, "too short", id="one of two too short"),
            pytest.param({"value": ()}, "bytes", id="none"),
            pytest.param({"value": "s" * 32}, "bytes", id="text"),
            pytest.param({"value": None}, "bytes", id="nothing"),
            pytest.param({"value": SECRET, "algorithm": "RS256"}, "HS256", id="for RSA"),
            pytest.param({"value": SECRET, "algorithm": "none"}, "HS256", id="for nobody"),
            pytest.param({"value": pem_of(KEYS["RS256"].private)}, "not a secret", id="a public key in PEM form"),
            pytest.param({"value": b"\n" + pem_of(KEYS["RS256"].private)}, "not a secret", id="after an empty line"),
            pytest.param({"value": json.dumps(KEYS["RS256"].jwk).encode()}, "not a secret", id="a JWK"),
            pytest.param({"value": b"ssh-rsa " + b"A" * 300}, "not a secret", id="an SSH key"),
        ],
    )
    def test_what_is_no_secret_is_refused(self, given: dict[str, Any], says: str) -> None:
        with pytest.raises(ConfigurationError, match=says) as caught:
            Secret(**given)
        assert "s" * 31 not in str(caught.value)

    def test_it_does_not_show(self) -> None:
        realm = Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=Secret(SECRET))
        assert SECRET.decode() not in repr(Secret(SECRET)) + repr(realm) + repr(Secret(SECRET).keys)
