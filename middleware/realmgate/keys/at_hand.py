"""Keys that somebody hands over at start-up: in PEM form, or a secret."""

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path

from ..errors import ConfigurationError
from ..flow import Flow
from ..jose.keys import KeyRefused, VerifyingKey
from ..jose.pem import keys_in
from ..jose.secret import LEAST, secret_key
from .sources import Loaded


@dataclass(frozen=True, slots=True)
class Pem:
    """Public keys or certificates in PEM form, as text, as bytes, or in a file; one or several, in one or several.

    A file is read once, here. The keys bear no name, so each is tried whatever ``kid`` a token has. Of a certificate
    only its key counts, and every certificate of a chain brings one. Raises `ConfigurationError`.
    """

    pem: str | bytes | Path | tuple[str | bytes | Path, ...]
    keys: tuple[VerifyingKey, ...] = field(init=False, compare=False, repr=False)
    cooldown: float = field(default=math.inf, init=False)
    max_stale: float = field(default=math.inf, init=False)
    inline: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Read the keys."""
        given = self.pem if isinstance(self.pem, tuple) else (self.pem,)
        text = b"\n".join(_bytes_of(one) for one in given)
        keys = _import("Pem(…)", lambda: keys_in(text))
        object.__setattr__(self, "keys", keys)

    def load(self, attempt: int) -> Flow[Loaded]:
        """Give the keys as they are."""
        del attempt
        return Loaded(keys=self.keys, fresh_for=math.inf)
        yield  # makes this a flow like the others


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret that only the issuer and this API know, for tokens signed with HMAC; several while it is changed.

    A realm with it takes tokens of this one algorithm and no other. Everybody who can verify such a token can make one,
    so prefer public keys. Raises `ConfigurationError`, which never shows the secret.
    """

    value: bytes | tuple[bytes, ...] = field(repr=False)
    _: KW_ONLY
    algorithm: str = "HS256"
    keys: tuple[VerifyingKey, ...] = field(init=False, compare=False, repr=False)
    cooldown: float = field(default=math.inf, init=False)
    max_stale: float = field(default=math.inf, init=False)
    inline: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Refuse what is no secret."""
        if self.algorithm not in LEAST:
            raise ConfigurationError(f"Secret(algorithm={self.algorithm!r}): must be one of {', '.join(LEAST)}")
        given = self.value if isinstance(self.value, tuple) else (self.value,)
        if not given or not all(isinstance(one, bytes) for one in given):
            raise ConfigurationError("Secret(…): must be bytes, like Secret(base64.b64decode(…))")
        keys = _import("Secret(…)", lambda: tuple(secret_key(one, self.algorithm) for one in given))
        object.__setattr__(self, "keys", keys)

    @property
    def algorithms(self) -> tuple[str, ...]:
        """What a realm with this secret takes."""
        return (self.algorithm,)

    def load(self, attempt: int) -> Flow[Loaded]:
        """Give the keys as they are."""
        del attempt
        return Loaded(keys=self.keys, fresh_for=math.inf)
        yield  # makes this a flow like the others


def _import(place: str, keys: Callable[[], tuple[VerifyingKey, ...]]) -> tuple[VerifyingKey, ...]:
    try:
        return keys()
    except KeyRefused as refusal:
        raise ConfigurationError(f"{place}: it {refusal}") from None


def _bytes_of(pem: str | bytes | Path) -> bytes:
    if isinstance(pem, Path):
        try:
            return pem.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"Pem({str(pem)!r}): cannot be read ({type(error).__name__})") from None
    if isinstance(pem, str):
        return pem.encode()
    if isinstance(pem, bytes):
        return pem
    raise ConfigurationError("Pem(…): must be PEM text, bytes, or a pathlib.Path to a file")
