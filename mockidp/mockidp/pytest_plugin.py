"""The pytest plugin: one provider for each worker process, as good as new for each test.

Fixtures: `mock_idp`, `storefront_token`, `backoffice_token`. The marker `mockidp` says how one test wants its provider.
With the ini option `mockidp = true` the address is fixed before any test module is imported, and
`MOCKIDP_STOREFRONT_ISSUER` and `MOCKIDP_BACKOFFICE_ISSUER` name the issuers, for an app that builds its realms when it
is imported.

pytest loads this file at every start, wanted or not, so it imports nothing heavy.
"""

import os
import reprlib
import sys
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any, Final, Protocol

import pytest

from .pytest_options import add_options, add_switch, made_as_told, wants_requests_shown

if TYPE_CHECKING:
    from . import MockIdp
    from .conversation import Conversation

MARKER: Final = (
    "mockidp(fault=…, always=…, clock=…, frozen=…, access_token_lifetime=…, …): how this test wants its mock identity "
    "provider, which it uses by this. `fault` and `always` take names of faults, `clock` takes seconds or a date."
)
SECTION: Final = "mockidp requests"

BOUND: Final = pytest.StashKey["MockIdp"]()
EXPORTED: Final = pytest.StashKey[dict[str, str | None]]()
COMPARING: Final = pytest.StashKey[bool]()  # whether pytest is asked again, without the secrets
HEARD: Final = pytest.StashKey["Conversation"]()


class MakeToken(Protocol):
    """Makes an access token of one realm; without a subject, of its first demo user."""

    def __call__(self, *, subject: str | None = None, scope: str = "", **more: Any) -> str:
        """Take the same arguments as `MockIdp.token`, except for the realm."""
        ...


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    add_switch(parser)
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Fix the address and say it, where the ini option asks for that; the server starts with the first fixture."""
    config.addinivalue_line("markers", MARKER)
    if not config.getini("mockidp"):
        return
    bound = config.stash[BOUND] = _make(config, pytest.UsageError)
    _expect_own_variables(bound)
    issuers = {_variable(realm.name): bound.issuer(realm.name) for realm in bound.config.realms}
    config.stash[EXPORTED] = {name: os.environ.get(name) for name in issuers}
    os.environ.update(issuers)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave the environment as it was."""
    for name, before in config.stash.get(EXPORTED, {}).items():
        os.environ.pop(name, None)  # a test may have taken it away
        if before is not None:
            os.environ[name] = before
    if bound := config.stash.get(BOUND, None):
        bound.stop()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have a test with our marker use the provider, whether or not it asks for the fixture."""
    fixtures: list[str] = getattr(item, "fixturenames", ["mock_idp"])
    if "mock_idp" not in fixtures and item.get_closest_marker("mockidp"):
        fixtures.insert(0, "mock_idp")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show in the report of a failure what the provider was asked during the test."""
    report = yield
    heard = item.stash.get(HEARD, None)
    if heard is not None and report.failed and wants_requests_shown(item.config):
        report.sections.append((SECTION, str(heard)))
    return report


def pytest_assertrepr_compare(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Compare in a report without the secrets of captured requests; what they are compared with holds the same."""
    sides = None if config.stash.get(COMPARING, False) else _without_secrets(left, right)
    if sides is None:
        return None
    summary = f"{reprlib.repr(sides[0])} {op} {reprlib.repr(sides[1])}"
    if isinstance(left, str):  # of which pytest would show where they differ
        return [summary, "", "A secret of a captured request is hidden."]
    config.stash[COMPARING] = True
    try:
        told = config.hook.pytest_assertrepr_compare(config=config, op=op, left=sides[0], right=sides[1])
        return next(filter(None, map(list, filter(None, told))), [summary])
    finally:
        config.stash[COMPARING] = False


def _without_secrets(left: object, right: object) -> tuple[Any, Any] | None:
    if f"{__package__}.captured" not in sys.modules:  # nothing was captured, and what is compared may be large
        return None
    from .captured.secret_text import with_secrets_hidden  # noqa: PLC0415  # see the docstring of this file

    try:
        return with_secrets_hidden(left, right)
    except RecursionError:  # a test may compare anything
        return None


@pytest.fixture(scope="session")
def _mock_idp_of_this_worker(pytestconfig: pytest.Config) -> "Iterator[tuple[MockIdp, Conversation]]":
    idp = pytestconfig.stash.get(BOUND, None) or _make(pytestconfig, _fail)
    from .conversation import Conversation  # noqa: PLC0415  # see the docstring of this file

    idp.app = heard = Conversation(idp.app)
    with idp:
        yield idp, heard


@pytest.fixture
def mock_idp(
    _mock_idp_of_this_worker: "tuple[MockIdp, Conversation]", request: pytest.FixtureRequest
) -> "Iterator[MockIdp]":
    """A running provider: the same address and keys in every test, everything else fresh or as the marker says."""
    idp, heard = _mock_idp_of_this_worker
    idp.reset()
    heard.clear()
    request.node.stash[HEARD] = heard
    _apply_marker(idp, request.node)
    configured = idp.config
    yield idp
    idp.start()  # a test may have stopped it, to see what its app does without
    if idp.config is not configured:
        idp.configure(configured)
    idp.reset()  # the app under test must not meet a frozen clock in a test without this fixture


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
        return idp.token(realm, subject=subject, scope=scope, **more)

    return make


def _apply_marker(idp: "MockIdp", test: pytest.Item) -> None:
    from .marked import CannotMark, apply, wanted  # noqa: PLC0415  # see the docstring of this file

    try:
        apply(idp, wanted(test.iter_markers("mockidp")))
    except CannotMark as problem:
        idp.reset()
        raise _fail(f"{test.nodeid}: @pytest.mark.mockidp: {problem}") from None


def _expect_own_variables(idp: "MockIdp") -> None:
    from .environment import expect_own_variables  # noqa: PLC0415  # see the docstring of this file

    try:
        expect_own_variables(realm.name for realm in idp.config.realms)
    except ValueError as problem:
        raise pytest.UsageError(str(problem)) from None


def _variable(realm: str) -> str:
    return f"MOCKIDP_{realm.upper().replace('-', '_')}_ISSUER"


def _make(config: pytest.Config, refuse: Callable[[str], BaseException]) -> "MockIdp":
    try:
        return made_as_told(config)
    except (ImportError, OSError, ValueError) as problem:
        raise refuse(str(problem)) from None


def _fail(problem: str) -> BaseException:
    return pytest.fail.Exception(problem, pytrace=False)
