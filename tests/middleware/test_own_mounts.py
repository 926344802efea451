"""Mounts that apps name themselves: where they are found, and what only looks like one."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from flask import Flask
from quart import Quart
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Host, Mount, Router

from realmgate import ConfigurationError
from realmgate.own_mounts import own_mounts


def named(mount: str) -> FastAPI:
    app = FastAPI()
    # As FastAPI(root_path=…) does, of which the newest say that they would rather not.
    app.root_path = mount
    return app


class WithPath(GZipMiddleware):
    """Middleware that answers at a path of its own."""

    path = "/healthz"


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(named("/shop"), id="an app"),
        pytest.param(GZipMiddleware(GZipMiddleware(named("/shop"))), id="within middleware"),
        pytest.param(WithPath(named("/shop")), id="within middleware that has a path of its own"),
        pytest.param(Starlette(routes=[Mount("/", app=named("/shop"))]), id="mounted at the root"),
        pytest.param(Starlette(routes=[Host("a.example", app=named("/shop"))]), id="of a host"),
        pytest.param(
            Router([Mount("", app=named("/shop"), middleware=[Middleware(GZipMiddleware)])]).app, id="a bound method"
        ),
    ],
)
def test_a_mount_is_found_wherever_the_path_gets_to_unchanged(app: Any) -> None:
    assert own_mounts(app) == ("/shop",)


@pytest.mark.parametrize(
    "app",
    [
        pytest.param(FastAPI(), id="an app that names none"),
        pytest.param(Starlette(), id="an app that cannot"),
        pytest.param(Starlette(routes=[Mount("/m", app=named("/m"))]), id="below another mount"),
        pytest.param(Flask(__name__), id="the folder of a Flask app"),
        pytest.param(Quart(__name__), id="the folder of a Quart app"),
        pytest.param(lambda: None, id="a function"),
        pytest.param(None, id="nothing"),
    ],
)
def test_what_is_none_is_not_taken_for_one(app: Any) -> None:
    assert own_mounts(app) == ()


class View:
    """Middleware that makes what it wraps anew whenever it is looked at."""

    def __init__(self, inside: Callable[[], Any]) -> None:
        self._inside = inside

    @property
    def app(self) -> Any:
        return self._inside()


def views(app: Any, deep: int) -> Any:
    return app if deep == 0 else View(lambda: views(app, deep - 1))


@pytest.mark.parametrize("deep", [1, 10, 100])
def test_what_is_made_on_the_fly_is_not_taken_for_what_was_there_before(deep: int) -> None:
    assert own_mounts(views(named("/shop"), deep)) == ("/shop",)


def endless() -> Any:
    return View(endless)


def test_what_never_ends_is_refused_and_does_not_hang() -> None:
    with pytest.raises(ConfigurationError, match=r"without end.*View.*RealmGate"):
        own_mounts(endless())


def test_what_goes_round_in_circles_is_looked_at_once() -> None:
    one, other = GZipMiddleware(named("/a")), named("/b")
    other.mount("/", one)
    other.mount("/", other)
    assert set(own_mounts(other)) == {"/a", "/b"}
