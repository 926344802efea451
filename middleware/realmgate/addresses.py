"""Which addresses keys and verdicts may come from, and secrets go to. RFC 8414 §2, RFC 7662 §4."""

from urllib.parse import urlsplit

from .errors import ConfigurationError


def check_address(url: str, *, trust_mock: bool, place: str, query: bool = False) -> None:
    """Refuse anything but https, unless a mock is trusted; `query` says that the address may have one.

    Raises `ConfigurationError`, naming the `place`. Nobody is asked whether the address answers.
    """
    # The parser drops line breaks and tabs in silence, so that what was looked at would not be what is asked.
    if not isinstance(url, str) or not url.isprintable() or " " in url:
        raise ConfigurationError(f"{place}: {url!r} is not a URL")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError(f"{place}: {url!r} is not a URL") from None
    if parts.scheme not in ("https", "http") or not host:
        raise ConfigurationError(f"{place}: {url!r} is not an https URL with a host")
    if (parts.query and not query) or parts.fragment or parts.username is not None:
        raise ConfigurationError(f"{place}: {url!r} must have no user, query or fragment (RFC 8414 §2)")
    if parts.scheme == "http" and not trust_mock:
        raise ConfigurationError(
            f"{place}: {url!r} is not https. Whoever sits on the line could hand out keys. "
            "For a mock identity provider in development, say trust_mock=True"
        )
