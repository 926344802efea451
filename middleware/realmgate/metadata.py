"""What clients may know before they log in: the metadata of protected resources, outside of all gates. RFC 9728."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .challenge import Refusal
from .errors import ConfigurationError
from .realm import Realm
from .resource import metadata_path

METHODS = ("GET", "HEAD")
STATUS_LINES = {200: "200 OK", 405: "405 Method Not Allowed"}
CACHE_CONTROL = "public, max-age=3600"


class MetadataRoute(Route):
    """A Starlette route to the metadata of one realm; an audit knows that it is public."""

    def __init__(self, path: str, document: "Document") -> None:
        """Serve a document at its path, and answer other methods with 405."""
        super().__init__(path, document, name=f"metadata of {document.realm}", include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The metadata of one realm as bytes, and an ASGI app that serves them."""

    realm: str
    body: bytes

    def answer(self, method: str) -> Refusal:
        """The whole answer to a request."""
        if method not in METHODS:
            return Refusal(status=405, headers=(("allow", ", ".join(METHODS)), ("content-length", "0")), body=b"")
        headers = (
            ("content-type", "application/json"),
            ("content-length", str(len(self.body))),
            ("cache-control", CACHE_CONTROL),
        )
        return Refusal(status=200, headers=headers, body=b"" if method == "HEAD" else self.body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer."""
        del receive
        answer = self.answer(scope["method"])
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


@dataclass(frozen=True, slots=True)
class MetadataApp:
    """A WSGI app around another one, which answers at the paths of documents itself."""

    app: Any
    documents: Mapping[str, Document]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer, or pass the request on."""
        path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        document = self.documents.get(path.encode("latin-1").decode("utf-8", "replace"))
        if document is None:
            passed_on: Iterable[bytes] = self.app(environ, start_response)
            return passed_on
        answer = document.answer(environ.get("REQUEST_METHOD", "GET"))
        start_response(STATUS_LINES[answer.status], list(answer.headers))
        return [answer.body] if answer.body else []


def documents(realms: Iterable[Realm]) -> dict[str, Document]:
    """The documents of realms by their paths; raises `ConfigurationError` where one is missing or two collide."""
    found: dict[str, Document] = {}
    for realm in realms:
        if realm.address is None:
            raise ConfigurationError(
                f"Realm({realm.name!r}, resource=…): metadata needs the address of the API, like "
                "'https://shop.example/api'"
            )
        path = unquote(metadata_path(realm.address))
        if path in found:
            raise ConfigurationError(
                f"Realm({realm.name!r}, resource=…): its metadata would lie at {path}, as that of "
                f"{found[path].realm!r} does"
            )
        found[path] = Document(realm=realm.name, body=json.dumps(describe(realm)).encode())
    return found


def describe(realm: Realm) -> dict[str, Any]:
    """The members of a realm's metadata; what does not apply is left out. RFC 9728 §2."""
    dpop = realm.dpop
    members = {
        "resource": realm.address,
        "authorization_servers": [realm.issuer] if realm.issuer else None,
        "bearer_methods_supported": ["header"],
        "scopes_supported": list(realm.scopes_supported or realm.required_scopes),
        "resource_name": realm.resource_name,
        "tls_client_certificate_bound_access_tokens": realm.certificate_header is not None,
        "dpop_signing_alg_values_supported": list(dpop.algorithms) if dpop else None,
        "dpop_bound_access_tokens_required": dpop is not None and dpop.required,
    }
    return {name: value for name, value in members.items() if value}
