"""Project Wycheproof's vectors for JSON Web Signatures and key sets, as C2SP publishes them."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from realmgate.jose.base64url import decode
from realmgate.jose.compact import NotCompactJws, parse
from realmgate.jose.keys import KeyRefused, VerifyingKey, candidates, import_jwk
from realmgate.jose.secret import secret_key

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof"

pytestmark = [
    pytest.mark.skipif(not VECTORS.is_dir(), reason="the Wycheproof vectors do not lie beside this repository"),
    # A key that is too small is refused, and the library below says so as well.
    pytest.mark.filterwarnings("ignore:Key size should be"),
]

# 346, 347, 350, 351: the token's algorithm is not the one its key is for. 372, 373: a question mark in base64url.
EXPLAINED = {346, 347, 350, 351, 372, 373}
# Called "invalidBase64Padding" and marked invalid, but what stands there is case 357, which is valid.
WITHOUT_THEIR_PADDING = {367, 370}


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every case with the keys it is to be verified with."""
    for group in json.loads((VECTORS / name).read_text())["testGroups"]:
        for case in group["tests"]:
            yield case, group.get("public", group["private"])


def as_published(jwk: dict[str, Any]) -> VerifyingKey:
    """The key as a key set brings it."""
    return import_jwk(jwk)


def as_configured(jwk: dict[str, Any]) -> VerifyingKey:
    """The same, but for a shared secret: it is no key in a key set, so somebody configures it."""
    return secret_key(decode(jwk["k"].encode()), jwk["alg"]) if jwk["kty"] == "oct" else import_jwk(jwk)


def accepts(keys: list[dict[str, Any]], token: str, brought: Callable[[dict[str, Any]], VerifyingKey]) -> bool:
    """Whether any key of a set is a key here and made the token's signature."""
    usable = []
    for jwk in keys:
        try:
            usable.append(brought(jwk))
        except KeyRefused:
            continue
    try:
        jws = parse(token)
    except NotCompactJws:
        return False
    return any(key.verifies(jws) for key in candidates(usable, jws.header.kid, jws.header.alg))


def symmetric(keys: list[dict[str, Any]]) -> bool:
    return any(jwk["kty"] == "oct" for jwk in keys)


def test_every_signature_is_judged_as_wycheproof_judges_it_but_six() -> None:
    seen = [(case, accepts([jwk], case["jws"], as_configured)) for case, jwk in cases("json_web_signature_test.json")]
    assert len(seen) == 401
    assert {case["tcId"] for case, accepted in seen if accepted and case["result"] != "valid"} == WITHOUT_THEIR_PADDING
    assert {case["tcId"] for case, accepted in seen if case["result"] == "valid" and not accepted} == EXPLAINED


def test_two_cases_of_padding_have_lost_it_and_are_refused_with_it() -> None:
    tokens = {case["tcId"]: (case["jws"], jwk) for case, jwk in cases("json_web_signature_test.json")}
    good, jwk = tokens[357]
    assert {tokens[number][0] for number in WITHOUT_THEIR_PADDING} == {good}, "byte for byte the one that is valid"
    head, payload, signature = good.split(".")
    for padded in (f"{head}=.{payload}.{signature}", f"{head}.{payload}=.{signature}", f"{good}="):
        assert not accepts([jwk], padded, as_configured)


def test_no_signature_is_good_by_a_secret_in_a_key_set() -> None:
    seen = [(case, jwk) for case, jwk in cases("json_web_signature_test.json") if jwk["kty"] == "oct"]
    assert len(seen) > 20
    assert not any(accepts([jwk], case["jws"], as_published) for case, jwk in seen)


def test_every_key_set_is_judged_as_wycheproof_judges_it() -> None:
    seen = [
        (case, jwks["keys"], accepts(jwks["keys"], case["jws"], as_published))
        for case, jwks in cases("json_web_key_test.json")
    ]
    assert len(seen) == 26
    assert [case["tcId"] for case, _, accepted in seen if accepted and case["result"] != "valid"] == []
    assert [case["tcId"] for case, keys, accepted in seen if case["result"] == "valid" and not accepted] == [
        2,
        13,
        14,
        15,
    ]
    assert all(symmetric(keys) for case, keys, _ in seen if case["tcId"] in (2, 13, 14, 15))
