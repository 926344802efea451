"""As whom we ask an introspection endpoint: the ways of RFC 6749 §2.3.1, RFC 6750 and RFC 8705.

What goes out is made anew for every question, in the thread that asks it, so a function may block there.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol
from urllib.parse import quote_plus

from .errors import ConfigurationError
from .flow import FetchFailed
from .plain_function import must_be_awaited


class Credentials(NamedTuple):
    """What a question carries beside the token: more of the form, and headers."""

    form: Mapping[str, str] = {}
    headers: tuple[tuple[str, str], ...] = ()


class Authentication(Protocol):
    """One way of saying who we are; `certificate` names the files that TLS needs for it, if it does."""

    @property
    def client_id(self) -> str:
        """Our id at the server; empty where it knows us otherwise."""
        ...

    @property
    def certificate(self) -> tuple[str, str] | None:
        """Certificate and key, as files in PEM form."""
        ...

    def credentials(self, now: float) -> Credentials:
        """What one question carries; `now` in seconds since the epoch. Raises `FetchFailed`."""
        ...


@dataclass(frozen=True, slots=True)
class ClientSecretBasic:
    """Our id and secret in the Authorization header, as every server must take them. RFC 6749 §2.3.1."""

    client_id: str
    client_secret: str = field(repr=False)
    certificate: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Refuse what is no id or secret."""
        check_texts(self, "client_id", "client_secret")

    def credentials(self, _now: float) -> Credentials:
        """Both halves are form-encoded before they are joined, so that a colon in either one does no harm."""
        joined = f"{quote_plus(self.client_id)}:{quote_plus(self.client_secret)}"
        return Credentials(headers=(("Authorization", "Basic " + base64.b64encode(joined.encode()).decode()),))


@dataclass(frozen=True, slots=True)
class ClientSecretPost:
    """Our id and secret in the form, for servers that read them nowhere else. RFC 6749 §2.3.1."""

    client_id: str
    client_secret: str = field(repr=False)
    certificate: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Refuse what is no id or secret."""
        check_texts(self, "client_id", "client_secret")

    def credentials(self, _now: float) -> Credentials:
        """Two members of the form."""
        return Credentials(form={"client_id": self.client_id, "client_secret": self.client_secret})


@dataclass(frozen=True, slots=True)
class BearerToken:
    """An access token of our own, or a function that gives one, which is called for every question. RFC 7662 §2.1.

    The function may block. It should keep the token for as long as it is good.
    """

    token: str | Callable[[], str] = field(repr=False)
    client_id: ClassVar[str] = ""
    certificate: ClassVar[None] = None

    def __post_init__(self) -> None:
        """Refuse what is neither."""
        if not callable(self.token):
            check_texts(self, "token")
        elif must_be_awaited(self.token):
            raise ConfigurationError(
                "BearerToken(token=…): must be a plain function, as nobody awaits what it returns; it may block"
            )

    def credentials(self, _now: float) -> Credentials:
        """One header."""
        token: Any = None
        try:
            token = self.token() if callable(self.token) else self.token
        except Exception:  # noqa: BLE001 - the function is the user's, and its error may hold anything
            raise FetchFailed("the function that gives our bearer token failed") from None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token.strip():
            raise FetchFailed("the function that gives our bearer token gave something else")
        return Credentials(headers=(("Authorization", f"Bearer {token}"),))


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """A certificate that we show in TLS, with its key, as files in PEM form. RFC 8705 §2.

    They are read when a connection is made, so that a renewed one needs no restart.
    """

    client_id: str
    certificate_file: str | Path
    key_file: str | Path = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is not there."""
        check_texts(self, "client_id")
        for name in ("certificate_file", "key_file"):
            if not Path(getattr(self, name)).is_file():
                raise ConfigurationError(f"ClientCertificate({name}=…): there is no file {str(getattr(self, name))!r}")

    @property
    def certificate(self) -> tuple[str, str]:
        """Both files."""
        return str(self.certificate_file), str(self.key_file)

    def credentials(self, _now: float) -> Credentials:
        """Our id, which the server compares with the certificate."""
        return Credentials(form={"client_id": self.client_id})


def check_texts(given: Any, *names: str) -> None:
    """Refuse anything but strings that say something."""
    for name in names:
        if not isinstance(getattr(given, name), str) or not getattr(given, name):
            raise ConfigurationError(f"{type(given).__name__}({name}=…): must be a string that is not empty")
