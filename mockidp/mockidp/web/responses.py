"""Answers for a browser: pages that nothing may frame, keep or run scripts in, and redirects."""

from typing import Final

from starlette.responses import HTMLResponse, Response

# There is no `form-action` here: Chromium applies it to the redirect after a form, too, and clients live elsewhere.
PAGE_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

# What a page with scripts of ours may do: run them, and ask us. No text can become markup in them (Trusted Types).
LIVE_PAGE_HEADERS: Final = {
    **PAGE_HEADERS,
    "Content-Security-Policy": (
        PAGE_HEADERS["Content-Security-Policy"]
        + "; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
}


def page(html: str, status: int = 200) -> Response:
    """A page for a person."""
    return HTMLResponse(html, status, headers=PAGE_HEADERS)


def live_page(html: str) -> Response:
    """A page for a person, with scripts of ours."""
    return HTMLResponse(html, headers=LIVE_PAGE_HEADERS)


def redirect(location: str, status: int = 303) -> Response:
    """Send the browser elsewhere; 303 also turns a posted form into a GET (RFC 9700 §4.12)."""
    headers = {"Location": location, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status_code=status, headers=headers)


# A minute: long enough to count as caching, short enough that a rotated key is seen soon.
PUBLIC_DOCUMENT: Final = {"Cache-Control": "public, max-age=60", "X-Content-Type-Options": "nosniff"}
