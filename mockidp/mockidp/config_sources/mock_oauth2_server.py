"""Understands configurations of navikt's mock-oauth2-server, as far as there is a counterpart; the rest is named.

An issuer there is a realm here, a request mapping a rule for claims. Issuers that exist as soon as somebody asks for
them, and clients and people that nobody named, have no counterpart: what a file leaves out is made up, and said.
Settings of ours may stand beside theirs; a realm of ours with the name of an issuer goes before what is made up.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from ..errors import ConfigError
from ..settings.claims_rules import ClaimsRule, When
from ..settings.expectations import expect_duration
from .mock_oauth2_config import HttpServer, RequestMapping, TheirConfig, TokenCallback, TokenProvider

SECRET: Final = "secret"  # noqa: S105  # of the clients that are made up
PERSON: Final = "user"
ALGORITHMS: Final = ("RS256", "ES256")

_SPECIAL: Final = re.compile(r"[\^$+?{}\[\]()\\*]")
_FILLED: Final = re.compile(r"\$\{([^{}]+)\}")
_WORDS: Final = {"clientId": "client_id", "client_id": "client_id", "grant_type": "grant_type"}


THEIRS: Final = frozenset(TheirConfig.__struct_encode_fields__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """Settings of ours that do the same, and a sentence about each thing that they cannot do."""

    settings: dict[str, Any]
    warnings: tuple[str, ...]


def is_theirs(settings: Mapping[str, Any]) -> bool:
    """Does a member give it away?"""
    return bool(THEIRS & settings.keys())


def translate(settings: Mapping[str, Any]) -> Translated:
    """What we make of it; ConfigError names the member that cannot be, msgspec's ValidationError one that is wrong."""
    theirs = msgspec.convert({name: value for name, value in settings.items() if name in THEIRS}, TheirConfig)
    ours = {name: value for name, value in settings.items() if name not in THEIRS}
    callbacks = theirs.token_callbacks or (TokenCallback(issuer_id="default"),)
    taken: set[str] = set()
    realms = [_realm(callback, at, theirs, taken) for at, callback in enumerate(callbacks)]
    more = {"tls": True} if isinstance(theirs.http_server, HttpServer) and theirs.http_server.ssl is not None else {}
    return Translated(
        settings={"demo": False, **more, **ours, "realms": _merged(realms, ours.get("realms", []))},
        warnings=(*_warnings(theirs), *_made_up(realms)),
    )


def _realm(callback: TokenCallback, at: int, theirs: TheirConfig, taken: set[str]) -> dict[str, Any]:
    place, name = f"tokenCallbacks[{at}]", callback.issuer_id
    if not re.fullmatch(r"[a-z0-9]([a-z0-9_-]*[a-z0-9])?", name):
        problem = "expected lower-case letters, digits, - and _; give another issuer as `issuer` of a realm of ours"
        raise ConfigError(problem, place=f"{place}.issuerId")
    expect_duration(f"{place}.tokenExpiry", callback.token_expiry)
    rules = [
        rule
        for index, mapping in enumerate(callback.request_mappings)
        for rule in _rules(mapping, f"{place}.requestMappings[{index}]")
    ]
    realm = {
        "name": name,
        "users": [{"username": PERSON, "password": PERSON}],
        "clients": [_client(client_id, callback) for client_id in _client_ids(callback, taken)],
        "claims": [msgspec.to_builtins(rule) for rule in rules],
        "lifetimes": {"access_token": callback.token_expiry, "id_token": callback.token_expiry},
        "algorithm": _algorithm(theirs),
    }
    return realm if theirs.interactive_login else {**realm, "auto_login": PERSON}


def _rules(mapping: RequestMapping, place: str) -> Iterator[ClaimsRule]:
    """The first mapping that fits is the only one, there; an audience is for access tokens, here."""
    when = _when(mapping.request_param, _pattern(mapping.match, f"{place}.match"))
    claims = {name: _template(value) for name, value in mapping.claims.items()}
    audience = claims.pop("aud", None)
    try:
        if audience:
            yield ClaimsRule(when=when, set={"aud": audience}, tokens=("access_token",))
        yield ClaimsRule(when=when, set=claims, last=True)
    except ConfigError as error:
        raise ConfigError(error.problem, place=f"{place}.claims{error.place.removeprefix('set')}") from None


def _when(parameter: str, pattern: str | tuple[str, ...]) -> When:
    match parameter:
        case "client_id":
            return When(client=pattern)
        case "grant_type":
            return When(grant_type=pattern)
        case _:
            return When(parameters={parameter: pattern})


def _pattern(written: str, place: str) -> str | tuple[str, ...]:
    """Their regular expression, as far as it is made of texts, `.*` and `|`."""
    if written == "*":
        return "*"
    parts = tuple(part.replace(".*", "\0").replace("\\.", ".") for part in written.split("|"))
    if any(_SPECIAL.search(part) for part in parts):
        raise ConfigError("expected a text, or an expression of nothing but texts, `.*` and `|`", place=place)
    patterns = tuple(part.replace("\0", "*") for part in parts)
    return patterns if len(patterns) > 1 else patterns[0]


def _template(value: Any) -> Any:
    match value:
        case str():
            return _text(value)
        case list():
            return [_template(item) for item in value]
        case dict():
            return {name: _template(item) for name, item in value.items()}
        case _:
            return value


def _text(written: str) -> str:
    """`${name}` is a parameter of the request; a brace of any other kind is itself."""
    texts = _FILLED.split(written)
    own = [text.replace("{", "{{").replace("}", "}}") for text in texts[::2]]
    places = [f"{{{_WORDS.get(name, f'parameter:{name}')}}}" for name in texts[1::2]]
    return "".join(part for pair in zip(own, [*places, ""], strict=True) for part in pair)


def _client_ids(callback: TokenCallback, taken: set[str]) -> list[str]:
    asked = [mapping.match for mapping in callback.request_mappings if mapping.request_param == "client_id"]
    named = [one for one in dict.fromkeys(asked) if one not in taken and not re.search(r"[^\x21-\x7e]|[*|\\]", one)]
    ids = named or [f"{callback.issuer_id}-client"]
    taken.update(ids)
    return ids


def _client(client_id: str, callback: TokenCallback) -> dict[str, Any]:
    asked = (mapping.match for mapping in callback.request_mappings if mapping.request_param == "scope")
    scopes = [name for match in asked if not _SPECIAL.search(match) for name in re.split(r"[ |]", match)]
    return {
        "client_id": client_id,
        "client_secret": SECRET,
        "redirect_uris": ["http://127.0.0.1/callback", "http://localhost/callback"],
        "localhost_any_port": True,
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        "scope": " ".join(dict.fromkeys(("openid", "profile", "email", "offline_access", *filter(None, scopes)))),
    }


def _algorithm(theirs: TheirConfig) -> str:
    algorithm = theirs.token_provider.key_provider.algorithm if theirs.token_provider else "RS256"
    if algorithm not in ALGORITHMS:
        place = "tokenProvider.keyProvider.algorithm"
        raise ConfigError(f"expected one of {', '.join(ALGORITHMS)}: there are no other keys here", place=place)
    return algorithm


def _merged(realms: list[dict[str, Any]], ours: Any) -> Any:
    """Our own realms go before what was made of theirs, key by key; rules of both are kept, ours first."""
    if not isinstance(ours, list) or not all(isinstance(realm, dict) for realm in ours):
        return ours
    own = {str(realm.get("name")): realm for realm in ours}
    merged = []
    for realm in realms:
        mine = own.pop(realm["name"], {})
        rules = mine.get("claims", [])
        both = [*rules, *realm["claims"]] if isinstance(rules, list) else rules
        merged.append({**realm, **mine, "claims": both})
    return [*merged, *own.values()]


def _warnings(theirs: TheirConfig) -> Iterator[str]:
    provider = theirs.token_provider or TokenProvider()
    ssl = (theirs.http_server.ssl or {}) if isinstance(theirs.http_server, HttpServer) else {}
    types = {mapping.type_header for callback in theirs.token_callbacks for mapping in callback.request_mappings}
    said = {
        "loginPagePath": theirs.login_page_path and "the login page is the provider's own",
        "staticAssetsPath": theirs.static_assets_path and "no other files are served",
        "rotateRefreshToken": theirs.rotate_refresh_token is False and "each refresh token is replaced when it is used",
        "tokenProvider.keyProvider.initialKeys": provider.key_provider.initial_keys
        and "keys are made here, and kept in keys_dir; no key of another provider is taken",
        "tokenProvider.systemTime": provider.system_time and "use `mockidp clock freeze`",
        "httpServer.ssl": ssl and "the certificate is made here: see tls and keys_dir",
        "typeHeader": types - {"JWT", "at+jwt"} and "access tokens are at+jwt, ID tokens JWT",
    }
    return (f"{member} has no effect: {why}" for member, why in said.items() if why)


def _made_up(realms: list[dict[str, Any]]) -> Iterator[str]:
    names = ", ".join(realm["name"] for realm in realms)
    yield f"issuers are those that are named ({names}); no other is there when somebody asks for it"
    clients = ", ".join(client["client_id"] for realm in realms for client in realm["clients"])
    yield (
        f"clients are checked here: there are {clients}, with the secret {SECRET!r}, unless `realms` of ours beside "
        "the other members name others"
    )
