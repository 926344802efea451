import base64
import hashlib
import json
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockidp.clock import Clock
from mockidp.settings.config import Algorithm
from mockidp.signing.keys import RealmKeys
from mockidp.signing.mint import Mint

ISSUER = "https://id.example/storefront"
AUDIENCE = "https://shop.example/api"


def new_mint(algorithm: Algorithm = "ES256", issuer: str = ISSUER, keys: RealmKeys | None = None) -> tuple[Mint, Clock]:
    clock = Clock()
    clock.freeze(1_800_000_000.75)
    return Mint(issuer=issuer, audience=AUDIENCE, keys=keys or RealmKeys(algorithm), clock=clock), clock


def access_token(mint: Mint, **changed: Any) -> str:
    return mint.access_token(**{"subject": "ann", "client_id": "web", "scope": "a b", "lifetime": 60, **changed})


def read(mint: Mint, token: str, **options: Any) -> Any:
    """What PyJWT makes of it, by the published keys alone."""
    key = jwt.PyJWKSet.from_dict(mint.keys.jwks())[jwt.get_unverified_header(token)["kid"]]
    algorithms = [mint.keys.algorithm]
    unchecked: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
    return jwt.decode(token, key, algorithms=algorithms, issuer=ISSUER, options=unchecked, **options)


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_an_access_token_is_as_rfc_9068_has_it(algorithm: Algorithm) -> None:
    mint, _ = new_mint(algorithm)
    token = access_token(mint, approval_id="a1")
    header = jwt.get_unverified_header(token)
    assert header == {"typ": "at+jwt", "alg": algorithm, "kid": mint.keys.current.kid}
    claims = read(mint, token, audience=AUDIENCE)
    jti = claims.pop("jti")
    assert jti.startswith("a1.")
    assert claims == {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ann",
        "client_id": "web",
        "scope": "a b",
        "iat": 1_800_000_000,
        "exp": 1_800_000_060,
    }


def test_no_two_tokens_have_the_same_id() -> None:
    mint, _ = new_mint()
    ids = {read(mint, access_token(mint, approval_id="a1"), audience=AUDIENCE)["jti"] for _ in range(50)}
    ids |= {read(mint, access_token(mint), audience=AUDIENCE)["jti"] for _ in range(50)}
    assert len(ids) == 100


def test_a_test_may_ask_for_another_audience_and_any_claim() -> None:
    mint, _ = new_mint()
    token = access_token(mint, audience=["x", "y"], claims={"roles": ["clerk"], "sub": "bob"})
    claims = read(mint, token, audience="y")
    assert (claims["aud"], claims["roles"], claims["sub"]) == (["x", "y"], ["clerk"], "bob")


def test_a_token_without_scope_has_no_scope_claim() -> None:
    mint, _ = new_mint()
    assert "scope" not in read(mint, access_token(mint, scope=""), audience=AUDIENCE)


@pytest.mark.parametrize(("algorithm", "digest"), [("RS256", "sha256"), ("ES256", "sha256"), ("EdDSA", "sha512")])
def test_an_id_token_belongs_to_its_access_token(algorithm: Algorithm, digest: str) -> None:
    mint, _ = new_mint(algorithm)
    token = mint.id_token(
        subject="ann", client_id="web", lifetime=30, access_token="abc", claims={"nonce": "n", "sub": "someone else"}
    )
    half = hashlib.new(digest, b"abc").digest()
    half = half[: len(half) // 2]
    assert jwt.get_unverified_header(token)["typ"] == "JWT"
    assert read(mint, token, audience="web") == {
        "iss": ISSUER,
        "aud": "web",
        "sub": "ann",
        "nonce": "n",
        "iat": 1_800_000_000,
        "exp": 1_800_000_030,
        "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
    }


def test_it_knows_its_own_access_tokens_until_they_expire_to_the_second() -> None:
    mint, clock = new_mint()
    token = access_token(mint)
    claims = mint.claims_of(token)
    assert claims is not None
    assert (claims.sub, claims.scope) == ("ann", "a b")
    clock.set(1_800_000_059.999)
    assert mint.claims_of(token)
    clock.set(1_800_000_060)
    assert mint.claims_of(token) is None


def test_it_knows_tokens_of_its_earlier_keys() -> None:
    mint, _ = new_mint()
    token = access_token(mint)
    mint.keys.rotate()
    assert mint.claims_of(token)


def test_a_token_that_is_not_valid_yet_is_not_valid() -> None:
    mint, clock = new_mint()
    token = access_token(mint, claims={"nbf": 1_800_000_010})
    assert mint.claims_of(token) is None
    clock.advance(seconds=10)
    assert mint.claims_of(token)


def encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def altered(token: str, position: int, part: object) -> str:
    parts = token.split(".")
    parts[position] = encode(part)
    return ".".join(parts)


def test_forged_tokens_are_not_its_own() -> None:
    keys = RealmKeys("ES256")
    mint, _ = new_mint(keys=keys)
    other_issuer, _ = new_mint(issuer="https://id.example/backoffice", keys=keys)
    other_keys, _ = new_mint()
    token = access_token(mint)
    head = jwt.get_unverified_header(token)
    forged = [
        access_token(other_issuer),
        access_token(other_keys),
        mint.id_token(subject="ann", client_id="web", lifetime=60, access_token="x", claims={}),
        altered(token, 1, {"iss": ISSUER, "sub": "admin", "exp": 2e9}),
        altered(token, 0, {**head, "alg": "none"}),
        altered(token, 0, {**head, "kid": "x"}),
        altered(token, 0, {**head, "kid": None}),
        altered(token, 0, []),
        f"{encode({'typ': 'at+jwt', 'alg': 'none', 'kid': head['kid']})}.{token.split('.')[1]}.",
        token[:-4],
        token + "AAAA",
        token + ".",
        "." + token,
        token.replace(".", "..", 1),
        "",
        "..",
        "ä.ö.ü",
        f"{base64.urlsafe_b64encode(b'[' * 60_000).decode()}.x.x",
        jwt.encode({"iss": ISSUER, "sub": "ann", "exp": 2e9}, "secret" * 9, headers={**head, "alg": "HS256"}),
    ]
    assert [mint.claims_of(token) for token in forged] == [None] * len(forged)


def test_a_token_of_its_own_with_nonsense_in_it_is_refused_rather_than_believed() -> None:
    mint, _ = new_mint()
    for nonsense in ({"exp": "9999999999"}, {"exp": None}, {"sub": 5}, {"iss": [ISSUER]}, {"nbf": "x"}):
        assert mint.claims_of(access_token(mint, claims=nonsense)) is None


def test_it_knows_an_id_token_of_its_own_again_even_an_expired_one() -> None:
    keys = RealmKeys("ES256")
    mint, clock = new_mint(keys=keys)
    other_issuer, _ = new_mint(issuer="https://id.example/backoffice", keys=keys)
    token = mint.id_token(subject="ann", client_id="web", lifetime=60, access_token="x", claims={})
    clock.advance(days=9)
    about = mint.id_token_claims(token, audience="web")
    assert about is not None
    assert (about.sub, about.aud) == ("ann", "web")
    assert mint.id_token_claims(token) == about
    assert mint.id_token_claims(token, audience="other") is None
    assert other_issuer.id_token_claims(token) is None
    for bad in (access_token(mint), token[:-4], altered(token, 1, {"iss": ISSUER, "sub": "admin", "exp": 2e9}), "ä"):
        assert mint.id_token_claims(bad) is None


MINT, _ = new_mint()


@given(st.text())
def test_no_text_at_all_makes_it_stumble(text: str) -> None:
    assert MINT.claims_of(text) is None


@given(st.lists(st.binary(max_size=80), min_size=3, max_size=3))
def test_no_three_parts_make_it_stumble(parts: list[bytes]) -> None:
    assert MINT.claims_of(".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)) is None
