"""What a browser asks before it sends a request to another origin. Fetch Standard, CORS-preflight fetch."""

from collections.abc import Callable


def is_preflight(method: str, header: Callable[[str], list[str]]) -> bool:
    """Whether this is a preflight, by the exact marks of one; `header` gives the values of a header by name.

    A browser never sends credentials along with it, so a request with an Authorization header, even an empty one, is
    none.
    """
    if method != "OPTIONS" or header("authorization"):
        return False
    return _stands_once(header("origin")) and _stands_once(header("access-control-request-method"))


def _stands_once(values: list[str]) -> bool:
    """WSGI servers join two headers with a comma, and both doors must say the same."""
    joined = ",".join(values)
    return joined != "" and "," not in joined
