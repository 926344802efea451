"""The operation that goes a person's way through login and consent."""

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from msgspec import Struct

from ..errors import ConfigError
from .operation import Operation

if TYPE_CHECKING:
    from ..provider import Provider


class Authorize(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An authorize address, who logs in there, and whether they consent.

    Without a `user`, it is whom the page suggests; without a `password`, one click.
    """

    url: str
    user: str | None = None
    password: str | None = None
    consent: bool = True


class Authorized(Struct, frozen=True, kw_only=True):
    """The client's address, with a code or an error."""

    url: str


def _authorize(provider: "Provider", asked: Authorize) -> Authorized:
    from ..headless.browser import Browser  # noqa: PLC0415  # these need the extra, and the table is read without it, too
    from ..headless.carried_out import in_process  # noqa: PLC0415
    from ..headless.walk import FlowStopped  # noqa: PLC0415
    from ..provider import build_app  # noqa: PLC0415

    base = urlsplit(provider.browser_base_url)
    browser = Browser(
        lambda walk: in_process(walk, build_app(provider), base), provider.browser_base_url, provider.base_url
    )
    try:
        end = browser.authorize(asked.url, user=asked.user, password=asked.password, consent=asked.consent)
    except (FlowStopped, OSError) as stopped:
        raise ConfigError(str(stopped), place="url") from stopped
    return Authorized(url=end)


OPERATIONS: Final = (
    Operation(
        name="authorize",
        says="Follow an authorize address through login and consent, to the client's own address.",
        takes=Authorize,
        gives=Authorized,
        act=_authorize,
        positional=("url",),
    ),
)
