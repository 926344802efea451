"""What the names in `public` cover, and which of them open nothing."""

from typing import Any

import pytest
from both_doors import AUDIENCE, ISSUER, JWKS, asgi_app

from realmgate import Realm, RealmGate, RealmMap, Realms
from realmgate.leaf import Leaf, idle_names

SHOP = Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS))
GATE = RealmGate(asgi_app, realm=SHOP["storefront"])
MAP = RealmMap(asgi_app, {"/api": SHOP["storefront"]}, elsewhere="open")
CLOSED = RealmMap(asgi_app, {"/api": SHOP["storefront"]}, elsewhere="refuse")
NOTHING = "nothing is there"
GUARDED = "it lies behind a gate"


def leaf(path: str, *guards: tuple[Any, str], **more: Any) -> Leaf:
    return Leaf(path=path, guards=guards, sight="a test", **more)


@pytest.mark.parametrize(
    ("name", "covered"),
    [
        ("/static", ["/static", "/static/", "/static/a", "/static/a/b"]),
        ("/static/", ["/static", "/static/", "/static/a", "/static/a/b"]),
        ("/static/a", ["/static/a", "/static/a/b"]),
        ("/", ["/"]),
        ("static", []),
        ("/STATIC", []),
        ("/stat", []),
    ],
)
def test_a_name_covers_whole_segments_and_the_root_only_itself(name: str, covered: list[str]) -> None:
    paths = ["/", "/static", "/static/", "/static/a", "/static/a/b", "/statics"]
    assert [path for path in paths if leaf(path).is_among((name,))] == covered


def test_a_leaf_without_end_answers_for_what_lies_below() -> None:
    assert leaf("/files", endless=True).answers_for("/files/a")
    assert leaf("", endless=True).answers_for("/files")
    assert not leaf("/files", endless=True).answers_for("/filesystem")
    assert not leaf("/files").answers_for("/files/a")


LEAVES = [
    leaf("/"),
    leaf("/static/{path}"),
    leaf("/docs"),
    leaf("/docs", (GATE, "")),
    leaf("/api/orders", (GATE, "/api")),
    leaf("/files", endless=True),
    leaf("/vault", (GATE, "/vault"), endless=True),
    leaf("/legacy", (MAP, "/legacy"), endless=True),
    leaf("/nowhere", (CLOSED, "")),
]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("/", None, id="the root"),
        pytest.param("/static", None, id="what lies above"),
        pytest.param("/static/{path}", None, id="the very path"),
        pytest.param("/docs", None, id="open in one place at least"),
        pytest.param("/files/a", None, id="below what answers for all"),
        pytest.param("/legacy/page", None, id="where a map is open"),
        pytest.param("/statics", f"{NOTHING}; the nearest path is '/static'", id="a letter too many"),
        pytest.param("static", f"{NOTHING}; the nearest path is '/static'", id="no slash"),
        pytest.param("/static/app.js", f"{NOTHING}; the nearest path is '/static'", id="one of a pattern"),
        pytest.param("/redoc", f"{NOTHING}; the nearest path is '/docs'", id="switched off"),
        pytest.param("/api/order", f"{NOTHING}; the nearest path is '/api/orders'", id="guarded, and a letter short"),
        pytest.param("/quite/something/else", NOTHING, id="near nothing"),
        pytest.param("/*", NOTHING, id="nothing answers for all"),
        pytest.param("/api", GUARDED, id="guarded"),
        pytest.param("/vault/open", GUARDED, id="below what is guarded"),
        pytest.param("/legacy/api/x", GUARDED, id="where a map guards"),
        pytest.param("/nowhere", GUARDED, id="where nobody gets"),
    ],
)
def test_a_name_that_opens_nothing_is_found(name: str, says: str | None) -> None:
    lines = list(idle_names((name,), LEAVES))
    if says is None:
        assert lines == []
    else:
        (line,) = lines
        assert line.startswith(f"names {name!r}, and ")
        assert says in line
        assert line.endswith(says) or says != NOTHING


def test_in_an_app_that_nobody_can_look_into_every_name_may_be_right() -> None:
    assert list(idle_names(("/*", "/", "/login"), [leaf("", endless=True)])) == []
    assert [
        line.split("'")[1] for line in idle_names(("/*", "/login", "/api/x"), [leaf("", (MAP, ""), endless=True)])
    ] == ["/api/x"]
