"""Which mounts an app names itself, whatever the server says: its router then cuts them off, where they stand."""

import sys
from typing import Any, Final

from .errors import ConfigurationError

# Where apps keep what requests go on to, by custom of Starlette and of middleware.
INSIDE: Final = ("app", "router", "__self__")
# More than any app has at its root: something there makes what it wraps anew at each look, itself included.
MOST: Final = 10_000


def own_mounts(app: Any) -> tuple[str, ...]:
    """Every such mount of an app, and of those inside it that are asked with the same path.

    FastAPI has `root_path`, Django behind ASGI ``FORCE_SCRIPT_NAME``. What is configured or mounted later is not seen,
    nor is what lies behind middleware that does not keep it in `app`.

    Raises `ConfigurationError` where what is wrapped has no end.
    """
    found: dict[str, None] = {}
    # Kept, or what is made on the fly would leave its id to the next.
    seen: dict[int, Any] = {}
    ahead = [app]
    while ahead:
        node = ahead.pop()
        if id(node) in seen or _is_below_the_root(node):
            continue
        if len(seen) == MOST:
            raise ConfigurationError(
                f"RealmMap(app, …): what the app wraps goes on without end, at {type(node).__name__}; "
                "wrap in a RealmGate what lies behind that"
            )
        seen[id(node)] = node
        found.update(dict.fromkeys(filter(None, (_of_fastapi(node), _of_django(node)))))
        routes = getattr(node, "routes", None)
        ahead += [getattr(node, name, None) for name in INSIDE] + (routes if isinstance(routes, list) else [])
    return tuple(found)


def _is_below_the_root(route: Any) -> bool:
    return hasattr(route, "matches") and bool(getattr(route, "path", ""))


def _of_fastapi(node: Any) -> str:
    """Flask and Quart call the folder of their code so, but are no child of Starlette."""
    mount = getattr(node, "root_path", None) if hasattr(node, "build_middleware_stack") else None
    return mount if isinstance(mount, str) else ""


def _of_django(node: Any) -> str:
    django = sys.modules.get("django.core.handlers.asgi")
    if django is None or not isinstance(node, django.ASGIHandler):
        return ""
    mount: str = django.get_script_prefix({})
    return mount
