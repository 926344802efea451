"""A walk over an app's routes that finds those without exactly one gate."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import MethodType
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

from .errors import AuditFailed
from .guard import Guard
from .metadata import MetadataRoute


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A place where requests end up, and the guards they pass on the way; `sight` says what was found there."""

    path: str
    guards: tuple[tuple[Guard, str], ...]
    sight: str
    must_be_public: bool = False


def audit(app: Any, *, owner: Any, public: tuple[str, ...]) -> None:
    """Raise `AuditFailed` unless every leaf lies behind exactly one gate of `owner` or is named in `public`."""
    findings = tuple(finding for leaf in walk(app) for finding in _judge(leaf, owner, public))
    if findings:
        raise AuditFailed(findings)


def _judge(leaf: Leaf, owner: Any, public: tuple[str, ...]) -> Iterator[str]:
    where = f"{leaf.path or '/'} ({leaf.sight})"
    seen = [(guard, leaf.path.removeprefix(base) or "/") for guard, base in leaf.guards]
    if not all(guard.reaches(path) for guard, path in seen):
        return
    standing = [realm for guard, path in seen if (realm := guard.guards(path)) is not None]
    if leaf.must_be_public:
        if standing:
            yield f"{where}: lies behind a gate, so that only those can read it who need it no more"
    elif len(standing) > 1:
        yield f"{where}: lies behind {len(standing)} gates, {' and '.join(realm.name for realm in standing)}"
    elif not standing and not _is_public(leaf.path, public):
        yield f"{where}: lies behind no gate; wrap it in a RealmGate or name it in public=(…)"
    elif standing and standing[0].owner is not owner:
        yield f"{where}: lies behind a gate of another Realms, whose realms are not proven apart from these"


def _is_public(path: str, public: tuple[str, ...]) -> bool:
    path = path.rstrip("/") or "/"
    return any(path == name or (name != "/" and path.startswith(name.rstrip("/") + "/")) for name in public)


def walk(node: Any, path: str = "", guards: tuple[tuple[Guard, str], ...] = ()) -> Iterator[Leaf]:
    """Every leaf below a node; a node of a kind that is not known here is a leaf itself."""
    if isinstance(node, Guard):
        yield from walk(node.app, path, (*guards, (node, path)))
    elif isinstance(node, Starlette):
        yield from walk(node.router, path, (*guards, *_guards_among(node.user_middleware, path)))
    elif isinstance(node, Router):
        yield from _walk_router(node, path, guards)
    elif isinstance(node, Mount):
        yield from walk(node.app, path + node.path, guards)
    elif isinstance(node, Host):
        yield from walk(node.app, path, guards)
    elif isinstance(node, Route | WebSocketRoute):
        yield from _walk_route(node, path, guards)
    elif isinstance(node, MethodType) and isinstance(node.__self__, Router):
        yield from _walk_routes(node.__self__, path, guards)
    elif (wrapped := _wrapped_app(node)) is not None:
        yield from walk(wrapped, path, guards)
    else:
        yield Leaf(path=path, guards=guards, sight=f"{type(node).__name__}, which cannot be looked into")


def _walk_router(router: Router, path: str, guards: tuple[tuple[Guard, str], ...]) -> Iterator[Leaf]:
    """A router's own middleware wraps its bound method `app`, which is where its routes are."""
    yield from walk(router.middleware_stack, path, guards)


def _walk_routes(router: Router, path: str, guards: tuple[tuple[Guard, str], ...]) -> Iterator[Leaf]:
    for route in router.routes:
        yield from walk(route, path, guards)
    if router.default != router.not_found:
        yield Leaf(path=path, guards=guards, sight="the router's default")


def _walk_route(route: Route | WebSocketRoute, path: str, guards: tuple[tuple[Guard, str], ...]) -> Iterator[Leaf]:
    """A route is a leaf whatever it holds; what its own middleware guards is found along the way."""
    wrapper: Any = route.app
    while wrapper is not None:
        if isinstance(wrapper, Guard):
            guards = (*guards, (wrapper, path))
        wrapper = _wrapped_app(wrapper)
    public = isinstance(route, MetadataRoute)
    yield Leaf(path=path + route.path, guards=guards, sight=f"route {route.name}", must_be_public=public)


def _wrapped_app(node: Any) -> Any:
    """What a piece of middleware wraps, which by custom it keeps in `app`; None for anything else."""
    wrapped = None if isinstance(node, MethodType) else getattr(node, "app", None)
    return wrapped if callable(wrapped) else None


def _guards_among(middleware: list[Middleware], path: str) -> Iterator[tuple[Guard, str]]:
    for entry in middleware:
        build: Any = entry.cls
        if isinstance(build, type) and Guard in build.__mro__:
            # Built once more, around nothing, only to ask what it guards.
            yield build(None, *entry.args, **entry.kwargs), path
