"""Realms by path prefix: no spelling of a path gets through with the token of the other realm, or with none."""

import itertools
import posixpath
import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote, unquote

import pytest
from both_doors import ADMIN_AUDIENCE, AUDIENCE, ISSUER, JWKS, NOW, Answer, Doors, asgi_app, mint, wsgi_app
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from realmgate import ConfigurationError, Realm, Realms, asgi, wsgi
from realmgate.paths import AmbiguousPath

STOREFRONT = mint()
BACKOFFICE = mint(aud=ADMIN_AUDIENCE, sub="admin")
TOKENS = {"nobody": (), "storefront": (f"Bearer {STOREFRONT}",), "backoffice": (f"Bearer {BACKOFFICE}",)}


SHOP = Realms(
    Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS),
    Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS),
)
TABLE = {"/api": SHOP["storefront"], "/admin/api": SHOP["backoffice"]}


def mapped(*, elsewhere: Any = "open") -> Doors:
    """Realms by prefix before the same app, once at each door."""
    return Doors(
        asgi=asgi.RealmMap(asgi_app, TABLE, elsewhere=elsewhere, clock=lambda: NOW),
        wsgi=wsgi.RealmMap(wsgi_app, TABLE, elsewhere=elsewhere, clock=lambda: NOW),
    )


OPEN, REFUSED = mapped(elsewhere="open"), mapped(elsewhere="refuse")


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        pytest.param("/api", (401, 200, 401), id="the storefront"),
        pytest.param("/api/products", (401, 200, 401), id="below the storefront"),
        pytest.param("/admin/api", (401, 401, 200), id="the back-office"),
        pytest.param("/admin/api/users", (401, 401, 200), id="below the back-office"),
        pytest.param("/api/admin/api", (401, 200, 401), id="a path that only looks like it"),
        pytest.param("/", (200, 200, 200), id="the root"),
        pytest.param("/admin", (200, 200, 200), id="above the back-office"),
        pytest.param("/apis", (200, 200, 200), id="a longer word"),
        pytest.param("/API", (400, 400, 400), id="another case"),
        pytest.param("/admin/%61pi", (400, 400, 400), id="escaped twice"),
    ],
)
def test_the_prefix_decides_which_token_is_good(path: str, statuses: tuple[int, int, int]) -> None:
    assert tuple(OPEN.ask(*sent, path=path).status for sent in TOKENS.values()) == statuses


def test_elsewhere_everybody_is_nobody_even_with_a_token() -> None:
    nobody = {"subject": "", "realm": "", "client_id": "", "scopes": [], "is_authenticated": False}
    for sent in (*TOKENS.values(), ("Bearer a,b",), ("Bearer x",)):
        assert OPEN.ask(*sent, path="/").json == nobody


def test_elsewhere_may_be_refused_without_a_challenge() -> None:
    body = b'{"type":"about:blank","title":"Not Found","status":404,"detail":"Nothing is served at this address"}'
    headers = (("content-type", "application/problem+json"), ("content-length", str(len(body))))
    for sent in TOKENS.values():
        assert REFUSED.ask(*sent, path="/") == Answer(404, (*headers, ("cache-control", "no-store")), body)
    assert REFUSED.ask(path="/", method="HEAD").body == b""
    assert REFUSED.ask(path="/", headers=[("accept", "application/vnd.api+json")]).json["errors"][0]["status"] == "404"


def test_an_ambiguous_path_is_answered_without_asking_who_is_there() -> None:
    body = b'{"type":"about:blank","title":"Bad Request","status":400,"detail":"The path is ambiguous"}'
    headers = (("content-type", "application/problem+json"), ("content-length", str(len(body))))
    for doors, sent in itertools.product((OPEN, REFUSED), TOKENS.values()):
        answer = doors.ask(*sent, path="/API")
        assert answer == Answer(400, (*headers, ("cache-control", "no-store")), body)


@pytest.mark.parametrize(
    ("mount", "path", "statuses"),
    [
        pytest.param("/shop", "/api/x", (401, 200, 401), id="a table of paths below the mount"),
        pytest.param("/shop", "/admin/api/x", (401, 401, 200), id="the other realm below the mount"),
        pytest.param("/api", "/x", (401, 200, 401), id="a table of whole paths"),
        pytest.param("/admin", "/api/x", (400, 400, 400), id="whole path and part of it in two realms"),
        pytest.param("/api", "/admin/api/x", (400, 400, 400), id="part of the path in the other realm"),
        pytest.param("/shop", "/", (200, 200, 200), id="neither"),
        pytest.param("/api", "", (401, 200, 401), id="the mount itself"),
    ],
)
def test_a_mounted_path_is_read_with_and_without_the_mount(
    mount: str, path: str, statuses: tuple[int, int, int]
) -> None:
    assert tuple(OPEN.ask(*sent, path=path, mount=mount).status for sent in TOKENS.values()) == statuses


def test_a_server_may_leave_the_mount_out_of_the_path() -> None:
    for root_path, path, status in (("/admin", "/api/x", 400), ("/shop", "/api/x", 401), ("/api", "/x", 401)):
        assert TestClient(OPEN.asgi, root_path=root_path).get(path).status_code == status


@pytest.mark.parametrize("wrong", ["", "Open", None, True, 404])
def test_elsewhere_is_said_in_one_of_two_words(wrong: Any) -> None:
    for door in (asgi, wsgi):
        with pytest.raises(ConfigurationError, match='"open" or "refuse"'):
            door.RealmMap(None, {"/api": SHOP["storefront"]}, elsewhere=wrong)
        with pytest.raises(TypeError):
            door.RealmMap(None, {"/api": SHOP["storefront"]})


def test_a_table_takes_only_realms_that_know_their_siblings() -> None:
    for door in (asgi, wsgi):
        with pytest.raises(TypeError, match="takes a realm out of a Realms"):
            door.RealmMap(None, {"/api": "storefront"}, elsewhere="open")


@pytest.mark.parametrize("door", [asgi.RealmMap, wsgi.RealmMap], ids=["asgi", "wsgi"])
def test_realms_that_nobody_has_proven_apart_do_not_stand_in_one_table(door: Any) -> None:
    twins = [Realms(Realm("storefront", issuer=ISSUER, audience=AUDIENCE, keys=JWKS))["storefront"] for _ in "ab"]
    with pytest.raises(ConfigurationError, match="out of one Realms"):
        door(None, {"/api": twins[0], "/admin/api": twins[1]}, elsewhere="open")


@pytest.mark.parametrize("door", [asgi.RealmMap, wsgi.RealmMap], ids=["asgi", "wsgi"])
def test_a_table_is_a_mapping(door: Any) -> None:
    with pytest.raises(TypeError, match="maps prefixes to realms"):
        door(None, list(TABLE.items()), elsewhere="open")


@pytest.mark.parametrize(
    "pattern",
    ["/api/*", "/*", "/api/**", "/api/{id}", "/api/<id>", "/api/:id", "/(api|v2)", "/api$", "/[a-z]+", "/a|/b"],
)
@pytest.mark.parametrize("elsewhere", ["open", "refuse"])
def test_a_pattern_is_refused_for_it_would_leave_open_what_it_means(pattern: str, elsewhere: Any) -> None:
    for door in (asgi, wsgi):
        with pytest.raises(ConfigurationError, match="no pattern"):
            door.RealmMap(None, {pattern: SHOP["storefront"]}, elsewhere=elsewhere)


@pytest.mark.parametrize("clock", [None, 1_800_000_000.0, "today", datetime.now, lambda: "12:00"])
def test_a_clock_tells_seconds(clock: Any) -> None:
    for door in (asgi, wsgi):
        with pytest.raises(ConfigurationError, match=r"like time\.time"):
            door.RealmGate(None, realm=SHOP["storefront"], clock=clock)
        with pytest.raises(ConfigurationError, match=r"like time\.time"):
            door.RealmMap(None, TABLE, elsewhere="open", clock=clock)


@pytest.mark.parametrize("remember", [None, -1, "10", 1.5])
def test_how_many_tokens_are_remembered_is_a_number(remember: Any) -> None:
    for door in (asgi, wsgi):
        with pytest.raises(ConfigurationError, match="remember=…"):
            door.RealmGate(None, realm=SHOP["storefront"], remember=remember)


class CalledWithThree:
    """As Litestar and Quart are."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise NotImplementedError


class CalledWithTwo:
    """As the handlers of Flask and Django are."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        raise NotImplementedError


def test_a_gate_of_the_wrong_door_says_where_the_other_is() -> None:
    wrong = [(asgi, wsgi_app), (asgi, CalledWithTwo()), (asgi, Flask(__name__)), (asgi, Flask(__name__).wsgi_app)]
    wrong += [(wsgi, asgi_app), (wsgi, CalledWithThree()), (wsgi, Starlette())]
    for door, app in wrong:
        elsewhere = r"from realmgate\.wsgi$" if door is asgi else r"from realmgate$"
        with pytest.raises(ConfigurationError, match=elsewhere):
            door.RealmGate(app, realm=SHOP["storefront"])
        with pytest.raises(ConfigurationError, match=elsewhere):
            door.RealmMap(app, TABLE, elsewhere="open")


def test_a_gate_takes_whatever_could_be_an_app_of_its_door() -> None:
    for door, right in ((asgi, (asgi_app, CalledWithThree(), Starlette())), (wsgi, (wsgi_app, CalledWithTwo()))):
        for app in (
            *right,
            lambda *_: None,
            partial(right[0]),
            print,
            door.RealmGate(right[0], realm=SHOP["storefront"]),
        ):
            assert door.RealmGate(app, realm=SHOP["storefront"]).app is app
            assert door.RealmMap(app, TABLE, elsewhere="open").app is app


@pytest.mark.parametrize("realm", [SHOP["storefront"], [SHOP["storefront"]], (SHOP["storefront"], SHOP["backoffice"])])
def test_two_prefixes_of_the_same_realms_are_one_place(realm: Any) -> None:
    for door in (asgi, wsgi):
        both = door.RealmMap(None, {"/api": realm, "/v2": realm}, elsewhere="open")
        assert both.place_of(["/api"]) is both.place_of(["/v2/../api"])
        with pytest.raises(AmbiguousPath):
            door.RealmMap(None, {"/api": realm, "/v2": SHOP["backoffice"]}, elsewhere="open").place_of(["/v2/../api"])


@pytest.mark.parametrize(
    ("realm", "error", "says"),
    [
        pytest.param([], TypeError, "not a list", id="of no realm"),
        pytest.param([SHOP["storefront"], "backoffice"], TypeError, "not a str", id="not all of them realms"),
        pytest.param([SHOP["storefront"]] * 2, ConfigurationError, "'/api'.*each once", id="one of them twice"),
        pytest.param(
            [
                SHOP["storefront"],
                Realms(Realm("backoffice", issuer=ISSUER, audience=ADMIN_AUDIENCE, keys=JWKS))["backoffice"],
            ],
            ConfigurationError,
            "proven them apart",
            id="of two Realms",
        ),
    ],
)
def test_a_list_of_realms_that_cannot_be_right_is_refused(realm: Any, error: type[Exception], says: str) -> None:
    for door in (asgi, wsgi):
        with pytest.raises(error, match=says):
            door.RealmMap(None, {"/api": realm}, elsewhere="open")


def canonical(path: str) -> str:
    """What the most eager reader makes of a path."""
    while unquote(path) != path:
        path = unquote(path)
    path = re.sub(r"[\x00-\x1f\x7f]", "", path).replace("\\", "/").casefold()
    path = re.sub(r"/+", "/", re.sub(r";[^/]*", "", "/" + path))
    path = "/".join(part.rstrip(" .") if part.strip(" .") else part for part in path.split("/"))
    return posixpath.normpath(path)


def realm_of(path: str) -> str:
    """The realm that the most eager reader finds a path in."""
    for prefix, realm in (("/admin/api", "backoffice"), ("/api", "storefront")):
        if path == prefix or path.startswith(prefix + "/"):
            return realm
    return "nobody"


def check(path: str, mount: str = "") -> None:
    """Nobody gets to the app but as whom every reader would take for the right one."""
    readings = {realm_of(canonical(path)), realm_of(canonical(mount + path))} - {"nobody"}
    for holder, sent in TOKENS.items():
        answer = OPEN.ask(*sent, path=path, mount=mount)
        assert answer.status in (200, 400, 401)
        if answer.status == 200:
            seen = answer.json
            assert readings == ({seen["realm"]} if seen["is_authenticated"] else set())
            assert not seen["is_authenticated"] or seen["realm"] == holder


REPLACEMENTS = (
    *("//", "\\", "/./", "/x/../", "/;/", "/;x=1/", "/%2e/", "/%2E%2E/", "%2f", "%2F", "%5c", "%252f", "/\x00", "/\t"),
    *("A", "%61", "%41", "%2561", "a\x00", "a\n", "\u00aa", "\uff41", "..", "...", ". ", "%00", "%", "é"),
)


def spelled(text: str) -> Iterator[str]:
    """One path in many spellings, as a server would decode them once."""
    plain = text.split("/")[1:]
    yield text
    for old, new in itertools.product("/a.", REPLACEMENTS):
        if old in text:
            yield text.replace(old, new)
            yield text.replace(old, new, 1)
            yield new.join(text.rsplit(old, 1))
    for tail in (
        "/",
        "//",
        "/.",
        "/..",
        "/../",
        ";",
        ";a",
        "%3b",
        "?",
        "?x",
        "#",
        "%3f",
        "%23",
        " ",
        ".",
        ". ",
        "\x00",
        "%00",
    ):
        yield text + tail
        yield text + tail + "/x"
        yield text + tail + "/" + "/".join(plain)
    for head in (
        "/",
        "//",
        "/.",
        "/..",
        "/x/..",
        "/;x",
        "/\\",
        "\\",
        "/%2e%2e",
        "/%2f",
        "%2f",
        "http://shop.example",
        ".",
    ):
        yield head + text
    yield text.upper()
    yield text.swapcase()
    yield text.title()
    yield text[1:]
    yield quote(text, safe="")
    yield quote(quote(text, safe=""), safe="")
    yield "/" + "".join(f"%{ord(letter):02x}" for letter in text[1:])
    for other in ("/api", "/admin/api", "/static"):
        yield f"{other}/..{text}"
        yield f"{other}/%2e%2e{text}"
        yield f"{other}/..;{text}"
        yield f"{other}\\..{text}"
        yield f"{other}/%2e%2e%2f{text[1:]}"
        yield f"{other}/../..{text}"
        yield f"{text}/../..{other}"
        yield f"{text}/..{other}"
        yield f"{text}/.%2e/%2e.{other}"
        yield f"{text}%00{other}"
        yield f"{text}?{other}"
        yield f"{other}#{text}"


SPELLINGS = sorted({each for text in ("/api/x", "/admin/api/x", "/static/x") for each in spelled(text)})


def test_the_table_of_spellings_is_long() -> None:
    assert len(SPELLINGS) > 500


@pytest.mark.parametrize("mount", ["", "/shop", "/api", "/admin"])
def test_no_spelling_of_the_table_gets_through_with_the_wrong_token(mount: str) -> None:
    for path in SPELLINGS if mount == "" else SPELLINGS[::7]:
        if path.startswith("/") or not mount:
            check(path, mount)


pieces = st.sampled_from(
    [
        *(
            "/api",
            "/admin",
            "/admin/api",
            "/x",
            "api",
            "/",
            "//",
            "/.",
            "/..",
            "..",
            ";x=1",
            "\\",
            "%",
            "%2f",
            "%5c",
            ".",
        ),
        *("%252f", "%2e%2e", "%61pi", "%2561pi", "%00", "%0a", "%3b", "%3f", "\x00", "\n", "?", "#", " ", "API", "é"),
    ]
)


@settings(max_examples=150)
@given(st.lists(pieces, max_size=7).map(lambda parts: "/" + "".join(parts)), st.sampled_from(["", "/shop", "/admin"]))
def test_no_generated_spelling_gets_through_with_the_wrong_token(path: str, mount: str) -> None:
    check(path, mount)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        pytest.param(b"/api/\xff", 401, id="below a prefix"),
        pytest.param(b"/\xff", 200, id="elsewhere"),
        pytest.param(b"/\xff/../api", 400, id="before dots"),
        pytest.param(b"/a\xffpi", 400, id="inside a prefix, for readers who leave it out"),
        pytest.param(b"/admin\xc0\xafapi", 200, id="an overlong slash, which is none"),
        pytest.param(b"/api/\xed\xa0\x80", 401, id="a surrogate"),
    ],
)
def test_bytes_that_are_no_text_are_read_alike_by_both_doors(raw: bytes, status: int) -> None:
    assert OPEN.ask(path=raw.decode("utf-8", "surrogateescape")).status == status


def test_marks_without_end_are_ambiguous_before_anybody_puts_them_in_order() -> None:
    for marks in ("\u0301" * 4_000 + "\u0323" * 4_000, "%CC%81" * 65):
        for doors in (OPEN, REFUSED):
            assert doors.ask(path="/static/a" + marks).status == 400
    assert OPEN.ask(path="/static/a" + "\u0301" * 64).status == 200


def test_a_prefix_beyond_ascii_is_found_in_text_and_in_bytes_in_the_guise_of_latin_1() -> None:
    table = {"/bücher": SHOP["storefront"], "/書籍/管理": SHOP["backoffice"]}
    doors = Doors(
        asgi=asgi.RealmMap(asgi_app, table, elsewhere="open", clock=lambda: NOW),
        wsgi=wsgi.RealmMap(wsgi_app, table, elsewhere="open", clock=lambda: NOW),
    )
    for path, holder in (("/bücher/1", "storefront"), ("/書籍/管理", "backoffice"), ("/書籍/管理/1", "backoffice")):
        for mount in ("", "/läden"):
            statuses = {who: doors.ask(*sent, path=path, mount=mount).status for who, sent in TOKENS.items()}
            assert statuses == {who: 200 if who == holder else 401 for who in TOKENS}
    assert doors.ask(path="/BÜCHER").status == doors.ask(path="/b%C3%BCcher").status == 400
    assert doors.ask(path="/bücherei").status == doors.ask(path="/書籍").status == 200
