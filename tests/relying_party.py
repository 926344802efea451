"""A client that looks closely at its ID tokens (OIDC Core §3.1.3.7), written without the code that makes them."""

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import jwt

LONGEST = 16 * 1024


class LoginFailed(Exception):
    """The ID token is not believed; the text says why."""


def check_id_token(
    token: str,
    *,
    keys: Sequence[Mapping[str, Any]],
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    now: float,
    subject: str,
    max_age: float,
) -> dict[str, Any]:
    """The claims of a good one."""
    expect(len(token) <= LONGEST, "too long")
    parts = token.split(".")
    expect(len(parts) == 3, "not three parts")
    header, claims, signature = (decoded(part) for part in parts)
    said = strict_object(header)
    expect(
        not {"b64", "crit", "jwk", "jku", "x5c", "x5u"} & said.keys(),
        "a header that means another key, or is not understood",
    )
    expect(str(said.get("typ", "JWT")).upper() == "JWT", "another kind of token")
    key = {key["kid"]: key for key in keys}.get(str(said.get("kid")), {})
    expect(bool(key), "no such key")
    expect(said.get("alg") == key["alg"], "an algorithm that the key is not for")
    public = jwt.PyJWK(dict(key))
    signed = token.rpartition(".")[0].encode()
    expect(public.Algorithm.verify(signed, public.key, signature), "the signature is wrong")
    claimed = strict_object(claims)
    check_claims(claimed, issuer=issuer, client_id=client_id, nonce=nonce, now=now)
    expect(claimed["sub"] == subject, "somebody else than before")
    check_ages(claimed, now=now, max_age=max_age)
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    expect(claimed.get("at_hash") == base64.urlsafe_b64encode(half).rstrip(b"=").decode(), "at_hash")
    return claimed


def check_claims(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: float) -> None:
    audience = claims.get("aud")
    expect(claims.get("iss") == issuer, "iss")
    expect(audience in (client_id, [client_id]), "aud")
    expect(claims.get("azp", client_id) == client_id, "azp")
    expect(claims.get("nonce") == nonce, "nonce")
    subject = claims.get("sub")
    expect(isinstance(subject, str) and bool(subject) and subject.isprintable(), "sub")
    for name in ("exp", "iat", *(["nbf"] if "nbf" in claims else [])):
        value: Any = claims.get(name)
        expect(type(value) in {int, float} and abs(value) < 1e12 and math.isfinite(value), name)
    expect(claims["iat"] <= now < claims["exp"], "too early or too late")
    expect(claims.get("nbf", 0) <= now, "too early")


def check_ages(claims: Mapping[str, Any], *, now: float, max_age: float) -> None:
    logged_in: Any = claims.get("auth_time")
    expect(type(logged_in) is int and now - logged_in <= max_age, "logged in too long ago")
    expect(now - claims["iat"] <= max_age, "issued too long ago")


def decoded(part: str) -> bytes:
    """Base64url in the one spelling that there is."""
    try:
        data = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise LoginFailed("not base64url") from None
    expect(base64.urlsafe_b64encode(data).rstrip(b"=").decode() == part, "spelt otherwise")
    return data


def strict_object(text: bytes) -> dict[str, Any]:
    """A JSON object that says nothing twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        expect(len({name for name, _ in pairs}) == len(pairs), "said twice")
        return dict(pairs)

    def refuse(constant: str) -> None:
        raise LoginFailed(f"{constant} is not JSON")

    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=once, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise LoginFailed("not JSON") from error
    expect(isinstance(value, dict), "no object")
    return dict(value)


def expect(good: bool, problem: str) -> None:
    if not good:
        raise LoginFailed(problem)
