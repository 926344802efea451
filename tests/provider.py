"""An identity provider under its real name: its discovery document, its keys, tokens of its shape, its docs page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from both_doors import KEYS, NOW, mint

DOCS = Path(__file__).parents[1] / "docs" / "providers"
FLAGS = re.DOTALL | re.MULTILINE
USUAL = ("iss", "aud", "sub", "client_id", "scope", "jti", "iat", "exp")


@dataclass(frozen=True, kw_only=True)
class Provider:
    """`jwk` and `discovery` are what it says beyond what everybody says."""

    issuer: str
    jwks_uri: str
    claims: Mapping[str, Any]
    header: Mapping[str, Any] = field(default_factory=lambda: {"typ": "JWT"})
    jwk: Mapping[str, Any] = field(default_factory=dict)
    discovery: Mapping[str, Any] = field(default_factory=dict)

    @property
    def hosts(self) -> set[str]:
        return {str(urlsplit(url).hostname) for url in (self.issuer, self.jwks_uri)}

    @property
    def pages(self) -> dict[str, Any]:
        """What it serves, by address."""
        document = {
            "issuer": self.issuer,
            "jwks_uri": self.jwks_uri,
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
            "response_types_supported": ["code"],
            **self.discovery,
        }
        public = {name: KEYS["RS256"].jwk[name] for name in ("kty", "n", "e", "kid", "use")}
        return {
            self.issuer.rstrip("/") + "/.well-known/openid-configuration": document,
            self.jwks_uri: {"keys": [{**public, **self.jwk}]},
        }

    def token(self, header: Mapping[str, Any] | None = None, **differs: Any) -> str:
        """A good access token, or one that differs where told; `...` leaves a member out."""
        times = {"iat": int(NOW) - 60, "exp": int(NOW) + 3600}
        claims = {**dict.fromkeys(USUAL, ...), **times, "iss": self.issuer, **self.claims, **differs}
        return mint(header={"typ": ..., **self.header, **(header or {})}, **claims)


def snippets(page: str) -> dict[str, Any]:
    """What the Python of a docs page defines."""
    namespace: dict[str, Any] = {}
    for found in re.finditer(r"^```python\n(.*?)^```$", (DOCS / f"{page}.md").read_text("utf-8"), FLAGS):
        exec(compile(found[1], page, "exec"), namespace)  # noqa: S102  # our own pages
    return namespace
