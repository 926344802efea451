"""A walk over an app's routes that finds those without exactly one gate."""

import logging
from collections.abc import Callable, Iterator, Mapping
from types import MethodType
from typing import Any, Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Host, Mount, Route, Router, WebSocketRoute

from .errors import AuditFailed
from .guard import Guard
from .leaf import Guards, Leaf, idle_names
from .metadata import MetadataRoute

log = logging.getLogger("realmgate")

# How a gate decides, and what it says of that here; in words other than ours neither is known.
DECIDING: Final = frozenset({"__call__", "guards", "reaches", "place_of"})


def audit(app: Any, *, owner: Any, public: tuple[str, ...]) -> None:
    """Raise `AuditFailed` unless every leaf lies behind exactly one gate of `owner` or is named in `public`."""
    _check_names(public)
    leaves = list(walk(app))
    for line in idle_names(public, leaves):
        log.warning("audit: public=(…) %s", line)
    findings = tuple(finding for leaf in leaves for finding in _judge(leaf, owner, public))
    if findings:
        raise AuditFailed(findings)


def _check_names(public: Any) -> None:
    if isinstance(public, str):
        raise TypeError(f"audit(app, public=…) takes several paths: public=({public!r},)")
    if not isinstance(public, tuple | list | set | frozenset):
        raise TypeError(
            f"audit(app, public=…) takes several paths, like ('/', '/static'), not a {type(public).__name__}"
        )
    for name in public:
        if not isinstance(name, str):
            raise TypeError(f"audit(app, public=…) takes paths, not {name!r}; leave out what is switched off")


def _judge(leaf: Leaf, owner: Any, public: tuple[str, ...]) -> Iterator[str]:
    where = f"{leaf.name} ({leaf.sight})"
    standing = leaf.realms()
    if standing is None:
        return
    if leaf.must_be_public:
        if standing:
            yield f"{where}: lies behind a gate, so that only those can read it who need it no more"
    elif len(standing) > 1:
        yield f"{where}: lies behind {len(standing)} gates, {' and '.join(realm.name for realm in standing)}"
    elif not standing and not leaf.is_among(public):
        yield f"{where}: lies behind no gate; wrap it in a RealmGate or name it in public=(…)"
    elif standing and standing[0].owner is not owner:
        yield f"{where}: lies behind a gate of another Realms, whose realms are not proven apart from these"


def walk(node: Any, path: str = "", guards: Guards = ()) -> Iterator[Leaf]:
    """Every leaf below a node; a node of a kind that is not known here is a leaf itself."""
    look = next((look for knows, look in KINDS if knows(node)), _walk_unknown)
    yield from look(node, path, guards)


def _walk_unknown(node: Any, path: str, guards: Guards) -> Iterator[Leaf]:
    inside = "; its gates stand around app.wsgi_app: audit that" if hasattr(node, "wsgi_app") else ""
    sight = f"{type(node).__name__}, which cannot be looked into{inside}"
    yield Leaf(path=path, guards=guards, sight=sight, endless=True)


def _own_ways(node: Any, methods: tuple[str, ...], path: str, guards: Guards) -> Iterator[Leaf]:
    """A leaf for what neither Starlette nor FastAPI has written: nobody knows where else it takes a request.

    Whose class it is counts, not whose function: tracing libraries put theirs into Starlette's own classes.
    """
    kinds = [next(kind for kind in type(node).__mro__ if method in vars(kind)) for method in methods]
    if not {kind.__module__.partition(".")[0] for kind in kinds} <= {"starlette", "fastapi"}:
        yield from _walk_unknown(node, path, guards)


def _walk_guard(guard: Guard, path: str, guards: Guards) -> Iterator[Leaf]:
    yield from walk(guard.app, path, (*guards, (guard, path)))


def _walk_starlette(app: Starlette, path: str, guards: Guards) -> Iterator[Leaf]:
    yield from _own_ways(app, ("__call__", "build_middleware_stack"), path, guards)
    yield from walk(app.router, path, (*guards, *_guards_among(app.user_middleware, path)))


def _walk_mount(mount: Mount, path: str, guards: Guards) -> Iterator[Leaf]:
    yield from _own_ways(mount, ("matches", "handle"), path + mount.path, guards)
    yield from walk(mount.app, path + mount.path, guards)


def _walk_host(host: Host, path: str, guards: Guards) -> Iterator[Leaf]:
    yield from _own_ways(host, ("matches", "handle"), path, guards)
    yield from walk(host.app, path, guards)


def _walk_bound(method: Any, path: str, guards: Guards) -> Iterator[Leaf]:
    yield from _walk_routes(method.__self__, path, guards)


def _is_way_to_routes(node: Any) -> bool:
    """A router's own `app`, which its middleware wraps; no other method of it looks for a route."""
    return isinstance(node, MethodType) and isinstance(node.__self__, Router) and node == node.__self__.app


def _walk_wrapper(wrapper: Any, path: str, guards: Guards) -> Iterator[Leaf]:
    yield from walk(_wrapped_app(wrapper), path, guards)


def _walk_router(router: Router, path: str, guards: Guards) -> Iterator[Leaf]:
    """A router's own middleware wraps its bound method `app`, which is where its routes are."""
    yield from _own_ways(router, ("__call__",), path, guards)
    yield from walk(router.middleware_stack, path, guards)


def _walk_routes(router: Router, path: str, guards: Guards) -> Iterator[Leaf]:
    yield from _own_ways(router, ("app", "not_found"), path, guards)
    for route in router.routes:
        yield from walk(route, path, guards)
    for group, prefix in _frontends(router):
        for route in group.routes:
            yield Leaf(path=path + prefix + route.path, guards=guards, sight="frontend")
    if router.default != router.not_found:
        yield Leaf(path=path, guards=guards, sight="the router's default", endless=True)


def _walk_included(included: Any, path: str, guards: Guards) -> Iterator[Leaf]:
    """What FastAPI makes of a router that another one includes: its routes at new paths, without their middleware."""
    for candidate in included.effective_candidates():
        if hasattr(candidate, "effective_candidates"):
            yield from _walk_included(candidate, path, guards)
        elif candidate.starlette_route is not None:
            yield from walk(candidate.starlette_route, path, guards)
        else:
            yield Leaf(path=path + candidate.path, guards=guards, sight=f"route {candidate.original_route.name}")


def _frontends(router: Any) -> Iterator[tuple[Any, str]]:
    """FastAPI's routes to files, which do not stand among a router's routes, and the prefixes they got on the way."""
    for found in getattr(router, "_iter_low_priority_routes", tuple)():
        yield getattr(found, "original_route", found), getattr(found, "frontend_prefix", "")


def _walk_mounts(dispatcher: Any, path: str, guards: Guards) -> Iterator[Leaf]:
    """A dispatcher in the manner of Werkzeug, with an app for each prefix and one for the rest."""
    for prefix, app in dispatcher.mounts.items():
        yield from walk(app, path + prefix.rstrip("/"), guards)
    if _wrapped_app(dispatcher) is not None:
        yield from _walk_wrapper(dispatcher, path, guards)


def _walk_route(route: Route | WebSocketRoute, path: str, guards: Guards) -> Iterator[Leaf]:
    """A route is a leaf whatever it holds; what its own middleware guards is found along the way."""
    yield from _own_ways(route, ("matches", "handle"), path + route.path, guards)
    wrapper: Any = route.app
    while wrapper is not None:
        if _is_gate(type(wrapper)):
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
        if _is_gate(build):
            # Built once more, around nothing, only to ask what it guards.
            yield build(None, *entry.args, **entry.kwargs), path


def _is_gate(kind: Any) -> bool:
    """A class of gates that decide as ours do; a class of one's own may bring its settings, and no other way in."""
    if not isinstance(kind, type) or Guard not in kind.__mro__:
        return False
    foreign = (each for each in kind.__mro__ if each.__module__.partition(".")[0] != "realmgate")
    return not any(DECIDING & vars(each).keys() for each in foreign)


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda node: isinstance(node, kinds)


KINDS: Final[tuple[tuple[Callable[[Any], bool], Callable[[Any, str, Guards], Iterator[Leaf]]], ...]] = (
    (lambda node: _is_gate(type(node)), _walk_guard),
    (_is(Starlette), _walk_starlette),
    (_is(Router), _walk_router),
    (_is(Mount), _walk_mount),
    (_is(Host), _walk_host),
    (_is(Route, WebSocketRoute), _walk_route),
    (_is_way_to_routes, _walk_bound),
    (lambda node: hasattr(node, "effective_candidates"), _walk_included),
    (lambda node: isinstance(getattr(node, "mounts", None), Mapping), _walk_mounts),
    (lambda node: _wrapped_app(node) is not None, _walk_wrapper),
)
