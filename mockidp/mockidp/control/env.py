"""The operation that tells an app under test what it needs to know of the provider."""

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from .operation import Operation

if TYPE_CHECKING:
    from ..provider import Provider


class WhichApp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of which realm (default: of all), and which client the app is (default: the realm's first one)."""

    realm: str | None = None
    client: str | None = None


class Environment(Struct, frozen=True, kw_only=True):
    """The variables by name."""

    variables: dict[str, str]


def _env(provider: "Provider", asked: WhichApp) -> Environment:
    from ..environment import environment  # noqa: PLC0415  # needs the extra, and the table is read without it, too

    return Environment(variables=environment(provider, realm=asked.realm, client=asked.client))


OPERATIONS: Final = (
    Operation(
        name="env",
        says="What an app under test needs to know, as environment variables.",
        takes=WhichApp,
        gives=Environment,
        act=_env,
        reads=True,
    ),
)
