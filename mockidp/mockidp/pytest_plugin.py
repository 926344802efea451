"""The pytest plugin: one provider for each worker process, as good as new for each test.

Fixtures: `mock_idp`, `storefront_token`, `backoffice_token`. With the ini option `mockidp = true` the address is fixed
before any test module is imported, and `MOCKIDP_STOREFRONT_ISSUER` and `MOCKIDP_BACKOFFICE_ISSUER` name the issuers,
for an app that builds its realms when it is imported.

pytest loads this file at every start, wanted or not, so it imports nothing heavy.
"""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest

if TYPE_CHECKING:
    from . import MockIdp

BOUND: Final = pytest.StashKey["MockIdp"]()
EXPORTED: Final = pytest.StashKey[dict[str, str | None]]()


class MakeToken(Protocol):
    """Makes an access token of one realm; without a subject, of its first demo user."""

    def __call__(self, *, subject: str | None = None, scope: str = "", **more: Any) -> str:
        """Take the same arguments as `MockIdp.token`, except for the realm."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option."""
    parser.addini(
        "mockidp",
        "bind the mock identity provider's port before collection, and export MOCKIDP_<REALM>_ISSUER",
        type="bool",
        default=False,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Fix the address and say it, where the ini option asks for that; the server starts with the first fixture."""
    if not config.getini("mockidp"):
        return
    bound = config.stash[BOUND] = _make(pytest.UsageError)
    issuers = {_variable(realm.name): bound.issuer(realm.name) for realm in bound.config.realms}
    config.stash[EXPORTED] = {name: os.environ.get(name) for name in issuers}
    os.environ.update(issuers)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the environment as it was."""
    for name, before in config.stash.get(EXPORTED, {}).items():
        os.environ.pop(name)
        if before is not None:
            os.environ[name] = before
    if bound := config.stash.get(BOUND, None):
        bound.stop()


@pytest.fixture(scope="session")
def _mock_idp_of_this_worker(pytestconfig: pytest.Config) -> "Iterator[MockIdp]":
    with pytestconfig.stash.get(BOUND, None) or _make(_fail) as idp:
        yield idp


@pytest.fixture
def mock_idp(_mock_idp_of_this_worker: "MockIdp") -> "Iterator[MockIdp]":
    """A running provider: the same address and keys in every test, everything else fresh."""
    _mock_idp_of_this_worker.reset()
    yield _mock_idp_of_this_worker
    _mock_idp_of_this_worker.reset()  # the app under test must not meet a frozen clock in a test without this fixture


@pytest.fixture
def storefront_token(mock_idp: "MockIdp") -> MakeToken:
    """Makes storefront tokens: `storefront_token(subject="customer@example.com", scope="orders:read")`."""
    return _tokens_of("storefront", mock_idp)


@pytest.fixture
def backoffice_token(mock_idp: "MockIdp") -> MakeToken:
    """Makes back-office tokens: `backoffice_token(subject="admin", scope="users:read")`."""
    return _tokens_of("backoffice", mock_idp)


def _tokens_of(realm: str, idp: "MockIdp") -> MakeToken:
    def make(*, subject: str | None = None, scope: str = "", **more: Any) -> str:
        return idp.token(realm, subject=subject or idp.config.realm(realm).users[0].subject, scope=scope, **more)

    return make


def _variable(realm: str) -> str:
    return f"MOCKIDP_{realm.upper().replace('-', '_')}_ISSUER"


def _make(refuse: Callable[[str], BaseException]) -> "MockIdp":
    try:
        from . import MockIdp  # noqa: PLC0415  # see the docstring of this file
    except ImportError as missing:
        raise refuse(str(missing)) from None
    return MockIdp()


def _fail(problem: str) -> BaseException:
    return pytest.fail.Exception(problem, pytrace=False)
