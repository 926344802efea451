"""Answers that are whole and well-formed and say the wrong thing: to a login, to a code, about keys and addresses."""

from collections.abc import Mapping
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from .exchange import Answered, Exchange, saying
from .row import EndpointFault

LOGIN_FAILS: Final = "the login fails"
ODD_KEY: Final = {"kty": "AKP", "kid": "odd", "use": "sig", "alg": "ML-DSA-44", "pub": "AAAA"}
HUGE: Final = 4 * 1024 * 1024


async def _huge(exchange: Exchange) -> None:
    """The true answer with padding that is made only now: otherwise it would lie in memory all the time."""
    await saying(exchange, padding="x" * HUGE)


async def _with_odd_key(exchange: Exchange) -> None:
    """The true keys behind one of a kind that hardly anybody knows yet (RFC 7517 §5 says to pass over it)."""
    await exchange.retell(lambda said: {**said, "keys": [ODD_KEY, *said.get("keys", [])]})


async def _redirected(exchange: Exchange, **parameters: str | None) -> None:
    """The true redirect to the client, with other parameters; None leaves one out. Pages before it stay as they are."""
    answer = await exchange.answered()
    headers = [
        (name, _answering(value, parameters) if name == b"location" else value) for name, value in answer.headers
    ]
    if headers == answer.headers:
        exchange.postpone()
    await exchange.send_whole(Answered(status=answer.status, headers=headers, body=answer.body))


def _answering(location: bytes, parameters: Mapping[str, str | None]) -> bytes:
    address = urlsplit(location.decode("latin-1"))
    said = dict(parse_qsl(address.query))
    if not {"code", "error"} & said.keys():
        return location
    query = urlencode({name: value for name, value in {**said, **parameters}.items() if value is not None})
    return urlunsplit(address._replace(query=query)).encode("latin-1")


ANSWER_FAULTS: Final = (
    EndpointFault(
        "redirect-wrong-state",
        "The redirect to the client has another `state`.",
        "the answer is not to our question, and is not used (RFC 6749 §10.12)",
        partial(_redirected, state="another-state"),
        "authorize",
    ),
    EndpointFault(
        "redirect-missing-state",
        "The redirect to the client has no `state`.",
        "the answer is not to our question, and is not used (RFC 6749 §4.1.2)",
        partial(_redirected, state=None),
        "authorize",
    ),
    EndpointFault(
        "redirect-wrong-iss",
        "The redirect to the client names another issuer.",
        "the code is not sent anywhere (RFC 9207 §2.4)",
        partial(_redirected, iss="https://issuer.invalid"),
        "authorize",
    ),
    EndpointFault(
        "redirect-missing-iss",
        "The redirect to the client names no issuer, although discovery says that it does.",
        "the code is not sent anywhere (RFC 9207 §2.4)",
        partial(_redirected, iss=None),
        "authorize",
    ),
    EndpointFault(
        "token-missing-access-token",
        "An answer without `access_token`.",
        LOGIN_FAILS,
        partial(saying, access_token=None),
        "token",
    ),
    EndpointFault(
        "token-missing-type", "An answer without `token_type`.", LOGIN_FAILS, partial(saying, token_type=None), "token"
    ),
    EndpointFault(
        "token-unknown-type",
        "An answer whose `token_type` is `mac`.",
        "the token is not used (RFC 6749 §7.1)",
        partial(saying, token_type="mac"),  # noqa: S106  # not a password
        "token",
    ),
    EndpointFault(
        "token-missing-id-token", "An answer without `id_token`.", LOGIN_FAILS, partial(saying, id_token=None), "token"
    ),
    EndpointFault(
        "token-expires-as-string",
        "An answer whose `expires_in` is a string.",
        "up to the client: refused, or taken for the number",
        partial(saying, expires_in="soon"),
        "token",
    ),
    EndpointFault(
        "jwks-odd-key",
        "The keys, behind one of a type that hardly anybody knows.",
        "the odd one is passed over (RFC 7517 §5)",
        _with_odd_key,
        "jwks",
    ),
    EndpointFault(
        "jwks-without-keys",
        "An object without `keys`.",
        "a failed download: what is known stays",
        partial(saying, keys=None),
        "jwks",
    ),
    EndpointFault(
        "jwks-huge",
        "The keys, and four megabytes besides.",
        "a limit to what is read",
        _huge,
        "jwks",
    ),
    EndpointFault(
        "discovery-missing-jwks-uri",
        "A discovery document that does not say where the keys are.",
        "the document is not believed (OIDC Discovery §3)",
        partial(saying, jwks_uri=None),
        "discovery",
    ),
    EndpointFault(
        "userinfo-missing-sub",
        "Claims that do not say about whom.",
        "the claims are not used (OIDC Core §5.3.2)",
        partial(saying, sub=None),
        "userinfo",
    ),
)
