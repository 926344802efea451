"""What can be right in a source of keys; whether anybody answers, the first request finds out."""

import math
from typing import Any, Final

from ..errors import ConfigurationError
from ..jose.keys import KeyRefused, import_jwk

# Where issuers describe themselves, which is not where their keys are.
DOCUMENTS: Final = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


def check_times(source: Any, *names: str) -> None:
    """Refuse what is no number of seconds. Raises `ConfigurationError`, naming the argument."""
    for name in names:
        value = getattr(source, name)
        if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            raise ConfigurationError(f"{type(source).__name__}({name}=…): must be a number of seconds, zero or more")


def check_no_document(url: str, *, place: str) -> None:
    """Refuse the address of a discovery document where an issuer or a key set is wanted."""
    if url.endswith(DOCUMENTS):
        raise ConfigurationError(
            f"{place}: {url!r} is a discovery document; give the issuer alone, as Discovery('https://id.example') "
            "or as issuer= without any keys="
        )


def check_some_use(entries: Any, *, place: str) -> None:
    """Refuse a set at hand that holds keys, but none that could verify anything; an empty one says what it means."""
    if not isinstance(entries, list | tuple):
        raise ConfigurationError(f"{place}: must be a JWKS, {{'keys': […]}}, or one JWK")
    refusals = [_refusal_of(entry) for entry in entries]
    if refusals and None not in refusals:
        raise ConfigurationError(
            f"{place}: holds no key that is of use here: one {refusals[0]}. "
            "Give public keys, or for HMAC keys=Secret(b'…')"
        )


def _refusal_of(entry: Any) -> str | None:
    try:
        import_jwk(dict(entry))
    except KeyRefused as refusal:
        return str(refusal)
    except (TypeError, ValueError):
        return "is no JWK"
    return None
