"""Verifiers that are not ours, set up as their documentation says, and what each makes of every lie."""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import jwt
import requests
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet

from mockidp import MockIdp
from mockidp.faults.catalogue import CATALOGUE
from mockidp.faults.row import TokenFault

NPM = Path(__file__).parent / "npm"
NODE = shutil.which("node")
MISSING = "jose and express-oauth2-jwt-bearer are not installed here (with node and npm: make npm)"
PYTHON_LIBRARIES = ("PyJWT", "joserfc")
NPM_LIBRARIES = ("jose", "express-oauth2-jwt-bearer")
LIBRARIES = PYTHON_LIBRARIES + NPM_LIBRARIES

AUDIENCE = "https://shop.example/api"
REQUIRED = ("iss", "aud", "sub", "client_id", "jti", "iat", "exp")  # RFC 9068 §2.2
HONEST = "(the truth)"
# What becomes of the first depends on the second in which it is looked at; the others are not for this comparison.
NOT_COMPARED = frozenset({"expired-now", "b64-false-alone", "crit-of-registered", "deeply-nested", "empty-crit"})
LIES = tuple(
    name
    for name, fault in CATALOGUE.items()
    if isinstance(fault, TokenFault) and "access_token" in fault.tokens and name not in NOT_COMPARED
)

REFUSED = "refused"
IF_STRICT = "if strict"
LET_IN = "let in"

Verify = Callable[[str], object]
Verdicts = Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a resource server knows of its issuer."""

    issuer: str
    audience: str
    jwks_uri: str


def pyjwt(setting: Setting, *, strict: bool) -> Verify:
    """As the usage examples of PyJWT retrieve a key from a JWKS endpoint; strict: `require` and `strict_aud`."""
    keys = jwt.PyJWKClient(setting.jwks_uri)
    options: Any = {"require": list(REQUIRED), "strict_aud": True} if strict else {}
    return lambda token: jwt.decode(
        token,
        keys.get_signing_key_from_jwt(token),
        algorithms=["RS256"],
        audience=setting.audience,
        issuer=setting.issuer,
        options=options,
    )


def joserfc(setting: Setting, *, strict: bool) -> Verify:
    """As the guide of joserfc decodes and then validates claims; strict: each required claim is essential."""
    keys = KeySet.import_key_set(requests.get(setting.jwks_uri, timeout=30).json())
    expected = {"iss": setting.issuer, "aud": setting.audience}
    essential: Any = {name: {"essential": True} for name in REQUIRED if strict and name not in expected}
    valued: Any = {name: {"essential": True, "value": value} for name, value in expected.items()}
    claims = joserfc_jwt.JWTClaimsRegistry(**essential, **valued)
    return lambda token: claims.validate(joserfc_jwt.decode(token, keys, algorithms=["RS256"]).claims)


def lets_in(verify: Verify, token: str) -> bool:
    """Whatever is raised is a refusal: this does not compare what an app makes of it."""
    try:
        verify(token)
    except Exception:  # noqa: BLE001  # each library has its own
        return False
    return True


def npm_verdicts(setting: Setting, tokens: Mapping[str, str]) -> dict[str, list[Verdicts]]:
    """What the two libraries of npm say, as begun and strict, from one run of node."""
    done = subprocess.run(
        [str(NODE), "verifiers.js"],
        cwd=NPM,
        input=json.dumps({**asdict(setting), "required": REQUIRED, "tokens": tokens}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    said: dict[str, list[Verdicts]] = json.loads(done.stdout)
    return said


def npm_is_here() -> bool:
    return NODE is not None and all((NPM / "node_modules" / name).exists() for name in NPM_LIBRARIES)


@cache
def verdicts_of_all() -> dict[str, list[Verdicts]]:
    """Which tokens each library that is here lets in, as begun and strict; one provider, one set of tokens."""
    with MockIdp() as idp:
        issuer = idp.issuer("storefront")
        setting = Setting(issuer=issuer, audience=AUDIENCE, jwks_uri=f"{issuer}/jwks")
        tokens = {
            name: idp.token("storefront", subject="somebody", scope="orders:read", fault=fault)
            for name, fault in [(HONEST, None), *zip(LIES, LIES, strict=True)]
        }
        said = npm_verdicts(setting, tokens) if npm_is_here() else {}
        for name, set_up in {"PyJWT": pyjwt, "joserfc": joserfc}.items():
            both = (set_up(setting, strict=strict) for strict in (False, True))
            said[name] = [{lie: lets_in(verify, token) for lie, token in tokens.items()} for verify in both]
    return said


def column_of(library: str) -> dict[str, str]:
    """What a library says to each lie, in the words of the page."""
    begun, strict = verdicts_of_all()[library]
    return {lie: (LET_IN if strict[lie] else IF_STRICT) if begun[lie] else REFUSED for lie in LIES}


def versions() -> dict[str, str]:
    """Of which versions this is true."""
    of_npm = {
        name: json.loads((NPM / "node_modules" / name / "package.json").read_text("utf-8"))["version"]
        for name in NPM_LIBRARIES
        if npm_is_here()
    }
    return {**{name: version(name) for name in PYTHON_LIBRARIES}, **of_npm}
