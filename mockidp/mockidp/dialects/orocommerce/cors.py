"""Which scripts may use the token endpoint: rows D1 to D4."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response

from .shop import Shop

ALLOW = "OPTIONS, POST"


def preflight(request: Request, shop: Shop) -> Response:
    """The answer to OPTIONS."""
    response = Response(headers={"Allow": ALLOW})
    if not is_cross(request, shop):
        return response
    share(request, response, shop)
    if request.headers.get("access-control-request-method"):
        del response.headers["Allow"]
        _describe(response.headers, shop)
    return response


def share(request: Request, response: Response, shop: Shop) -> None:
    """Let the script that asks see the answer, error or not, if its origin is allowed."""
    origin = request.headers.get("origin", "")
    allowed = shop.settings.cors_origins
    if is_cross(request, shop) and ("*" in allowed or origin in allowed):
        response.headers["Access-Control-Allow-Origin"] = origin


def is_cross(request: Request, shop: Shop) -> bool:
    """Does it come from another origin than ours?"""
    ours = urlsplit(shop.site.browser_base_url)
    origin = request.headers.get("origin", "")
    return bool(origin) and origin != f"{ours.scheme}://{ours.netloc}"


def _describe(headers: MutableHeaders, shop: Shop) -> None:
    facts, settings = shop.facts, shop.settings
    more = settings.cors_headers if facts.cors_headers_configurable else ()
    headers["Access-Control-Allow-Methods"] = ALLOW
    headers["Access-Control-Allow-Headers"] = ",".join((*facts.cors_headers, *more))
    if settings.cors_max_age > 0:
        headers["Access-Control-Max-Age"] = str(settings.cors_max_age)
        headers["Cache-Control"] = f"max-age={settings.cors_max_age}, public"
        headers["Vary"] = "Origin"
