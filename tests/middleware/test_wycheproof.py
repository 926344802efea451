"""Project Wycheproof's vectors for JSON Web Signatures and key sets, as C2SP publishes them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from realmgate.jose.compact import NotCompactJws, parse
from realmgate.jose.keys import KeyRefused, candidates, import_jwk

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof"

pytestmark = [
    pytest.mark.skipif(not VECTORS.is_dir(), reason="the Wycheproof vectors do not lie beside this repository"),
    # A key that is too small is refused, and the library below says so as well.
    pytest.mark.filterwarnings("ignore:Key size should be"),
]

# 346, 347, 350, 351: the token's algorithm is not the one its key is for. 372, 373: a question mark in base64url.
EXPLAINED = {346, 347, 350, 351, 372, 373}


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every case with the keys it is to be verified with."""
    for group in json.loads((VECTORS / name).read_text())["testGroups"]:
        for case in group["tests"]:
            yield case, group.get("public", group["private"])


def accepts(keys: list[dict[str, Any]], token: str) -> bool:
    """Whether any key of a set is a key here and made the token's signature."""
    usable = []
    for jwk in keys:
        try:
            usable.append(import_jwk(jwk))
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
    seen = [(case, [jwk], accepts([jwk], case["jws"])) for case, jwk in cases("json_web_signature_test.json")]
    assert len(seen) == 401
    assert [case["tcId"] for case, _, accepted in seen if accepted and case["result"] != "valid"] == []
    refused = {case["tcId"] for case, keys, accepted in seen if case["result"] == "valid" and not accepted}
    # A shared secret in a key set is no key here at all.
    secret = {case["tcId"] for case, keys, _ in seen if symmetric(keys)}
    assert refused - secret == EXPLAINED - secret
    assert refused >= EXPLAINED


def test_every_key_set_is_judged_as_wycheproof_judges_it() -> None:
    seen = [(case, jwks["keys"], accepts(jwks["keys"], case["jws"])) for case, jwks in cases("json_web_key_test.json")]
    assert len(seen) == 26
    assert [case["tcId"] for case, _, accepted in seen if accepted and case["result"] != "valid"] == []
    assert [case["tcId"] for case, keys, accepted in seen if case["result"] == "valid" and not accepted] == [
        2,
        13,
        14,
        15,
    ]
    assert all(symmetric(keys) for case, keys, _ in seen if case["tcId"] in (2, 13, 14, 15))
