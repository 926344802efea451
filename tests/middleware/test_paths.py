"""How paths are read: many spellings, one place or none."""

import posixpath
import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette._utils import get_route_path

from realmgate import ConfigurationError
from realmgate.paths import (
    _PLAIN,
    MAX_SPELLINGS,
    RESPELLINGS,
    AmbiguousPath,
    PrefixTable,
    readings,
    route_path,
    spellings,
    without_dots,
)

TABLE = PrefixTable({"/api": "storefront", "/admin/api": "backoffice", "/api/v2/legacy": "legacy"})


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/api", "storefront"),
        ("/api/", "storefront"),
        ("/api/products", "storefront"),
        ("/api/admin/api", "storefront"),
        ("/api/v2", "storefront"),
        ("/api/v2/legacy", "legacy"),
        ("/api/v2/legacy/x", "legacy"),
        ("/api/v2/legacyx", "storefront"),
        ("/api/products?x=1", "storefront"),
        ("/api/a b+c@d", "storefront"),
        ("/api/Ünï", "storefront"),
        ("/api/files/a;b", "storefront"),
        ("/api/a//b/./c", "storefront"),
        ("/api/%41", "storefront"),
        ("/api/v1/../v3", "storefront"),
        ("/api.", None),
        ("/apis", None),
        ("/ap", None),
        ("/", None),
        ("", None),
        ("*", None),
        ("/admin", None),
        ("/admin/apis", None),
        ("/static/Logo.png", None),
        ("/static/x;v=1", None),
    ],
)
def test_a_prefix_counts_whole_segments_and_the_longest_wins(path: str, place: str | None) -> None:
    if path == "/api.":
        # Some file systems would take it for /api.
        with pytest.raises(AmbiguousPath):
            TABLE.find([path])
    else:
        assert TABLE.find([path]) == place


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/API", id="capitals"),
        pytest.param("/Admin/api", id="a capital"),
        pytest.param("/\u212aapi/../API", id="a letter whose small form is another's"),
        pytest.param("//api", id="a slash more"),
        pytest.param("///admin//api", id="slashes more"),
        pytest.param("/./api", id="a dot"),
        pytest.param("/x/../api", id="two dots"),
        pytest.param("/api/../admin/api", id="two dots to the sibling"),
        pytest.param("/api/..", id="two dots to the outside"),
        pytest.param("/api/v2/legacy/../../x", id="two dots to the parent's realm"),
        pytest.param("/../api", id="two dots above the root"),
        pytest.param("/%61pi", id="an escape"),
        pytest.param("/%2561pi", id="an escape of an escape"),
        pytest.param("/%25252561pi", id="escapes of escapes"),
        pytest.param("/admin%2fapi", id="an escaped slash"),
        pytest.param("/api/%2e%2e/admin/api", id="escaped dots"),
        pytest.param("/api/.%2e/admin/api", id="an escaped dot"),
        pytest.param("/api%2f..%2fadmin%2fapi", id="everything escaped"),
        pytest.param("\\api", id="a backslash"),
        pytest.param("/admin\\api", id="a backslash inside"),
        pytest.param("/api/..\\..\\admin\\api", id="backslashes and dots"),
        pytest.param("/;/api", id="an empty parameter"),
        pytest.param("/api;x=1", id="a parameter"),
        pytest.param("/x/..;/api", id="dots with a parameter"),
        pytest.param("/api/..;x/admin/api", id="dots with a parameter to the sibling"),
        pytest.param("/api%3bx", id="an escaped parameter"),
        pytest.param("/api\x00", id="NUL"),
        pytest.param("/a\x00pi", id="NUL inside"),
        pytest.param("/api%00.png", id="an escaped NUL"),
        pytest.param("/a\tpi", id="a tab"),
        pytest.param("/admin\n/api", id="a newline"),
        pytest.param("/admin\r/api", id="a carriage return"),
        pytest.param("/api?x", id="a question mark that was escaped"),
        pytest.param("/api#x", id="a hash that was escaped"),
        pytest.param("/api ", id="a space behind"),
        pytest.param("/api./x", id="a dot behind"),
        pytest.param("/api. .", id="dots and spaces behind"),
        pytest.param("/\uff41\uff50\uff49", id="wide letters"),
        pytest.param("/admin\uff0fapi", id="a wide slash"),
        pytest.param("/x/\u2025/api", id="two dots in one letter"),
        pytest.param("/api\uff1bx", id="a wide semicolon"),
        pytest.param("api", id="no slash at the beginning"),
        pytest.param("admin/api/x", id="no slash at the beginning of a longer path"),
        pytest.param("http://shop.example/api", id="a whole address"),
        pytest.param("?/api", id="nothing before a question mark"),
    ],
)
def test_a_path_that_two_readers_take_for_two_places_is_ambiguous(path: str) -> None:
    with pytest.raises(AmbiguousPath):
        TABLE.find([path])


def test_what_nobody_takes_for_another_place_is_not_ambiguous() -> None:
    for path in ("/x/../y", "//static", "/static/%2e%2e/x", "/STATIC", "/a;b", "/a\\b", "/a\x00b"):
        assert TABLE.find([path]) is None


def test_a_letter_that_can_be_put_together_in_two_ways_is_one_letter() -> None:
    table = PrefixTable({"/b\u00fccher": "storefront"})
    assert table.find(["/b\u00fccher/1"]) == "storefront"
    with pytest.raises(AmbiguousPath):
        table.find(["/bu\u0308cher/1"])
    with pytest.raises(ConfigurationError, match="written plainly"):
        PrefixTable({"/bu\u0308cher": "storefront"})


def test_two_prefixes_of_one_place_are_one_place() -> None:
    table = PrefixTable({"/api": "storefront", "/v2": "storefront", "/admin": "backoffice"})
    assert table.find(["/api/../v2/x"]) == "storefront"
    assert table.find(["/v2/../api"]) == "storefront"
    with pytest.raises(AmbiguousPath):
        table.find(["/api/../admin"])


def test_a_prefix_may_have_capitals_of_its_own() -> None:
    table = PrefixTable({"/API": "storefront", "/Admin/Api": "backoffice"})
    assert table.find(["/API/x"]) == "storefront"
    assert table.find(["/Admin/Api"]) == "backoffice"
    assert table.find(["/static"]) is None
    for path in ("/api/x", "/Api", "/admin/api", "/ADMIN/API/x"):
        with pytest.raises(AmbiguousPath):
            table.find([path])


def test_readings_of_one_path_must_not_point_to_two_places() -> None:
    assert TABLE.find({"/shop/api/x", "/api/x"}) == "storefront"
    assert TABLE.find({"/api/x", "/x"}) == "storefront"
    assert TABLE.find({"/shop", "/x"}) is None
    assert TABLE.find(set()) is None
    with pytest.raises(AmbiguousPath):
        TABLE.find({"/api/admin/api", "/admin/api"})
    with pytest.raises(AmbiguousPath):
        TABLE.find({"/shop/API", "/API"})


def test_escapes_nested_for_fun_are_ambiguous() -> None:
    with pytest.raises(AmbiguousPath):
        TABLE.find(["/" + "%25" + "25" * 200 + "41"])
    with pytest.raises(AmbiguousPath):
        TABLE.find(["/A;b/%2541/../c./d\\e//f\x00g/h?i/%3bj/%00k"])


@pytest.mark.parametrize(
    "prefix",
    [
        *("", "/", "api", "/api/", "//api", "/api//v2", "/./api", "/x/../api", "/..", "/api/.", "/%61pi", "/api%2f"),
        *("/api;x", "/api?x", "/api#x", "/api\\v2", "\\api", "/api\x00", "/api\n", "/api ", "/api.", "/ /", None, 1),
        "/%" + "25" * 100 + "41",
    ],
)
def test_a_prefix_that_no_path_or_every_path_lies_under_is_refused(prefix: str) -> None:
    with pytest.raises(ConfigurationError, match="written plainly"):
        PrefixTable({"/good": 1, prefix: 2})


@pytest.mark.parametrize("pattern", ["/api/*", "/api/**", "/api*", "/api/{rest:path}", "/api/<path:rest>", "^/api"])
def test_a_pattern_is_no_prefix_and_would_guard_nothing(pattern: str) -> None:
    with pytest.raises(ConfigurationError, match="no pattern, and covers all that lies below"):
        PrefixTable({"/good": 1, pattern: 2})


def test_prefixes_that_differ_by_case_only_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="case"):
        PrefixTable({"/api": 1, "/API": 2})


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="names no prefix"):
        PrefixTable({})


segments = st.sampled_from(["", "a", "api", "admin", "store", "sto", ".", "..", "%2e", "store%2f"])
paths = st.lists(segments, max_size=5).map(lambda parts: "/" + "/".join(parts))


@given(paths, st.sampled_from(["", "/", "/store", "/store/", "/a", "/api/admin", "store", "/sto"]))
def test_the_part_behind_a_mount_is_what_starlette_s_router_sees(path: str, root_path: str) -> None:
    assert route_path(path, root_path) == get_route_path({"path": path, "root_path": root_path})


@given(paths | st.text(alphabet="/.%;\\ aAé\x00\n?#+25eEfF", max_size=20))
def test_spellings_hold_the_path_and_every_respelling_of_each(path: str) -> None:
    try:
        known = spellings(path)
    except AmbiguousPath:
        return
    assert path in known
    assert len(known) <= MAX_SPELLINGS
    assert {unquote(each) for each in known} <= known
    assert {each.replace("\\", "/") for each in known} <= known


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_nobody_reads_a_plain_path_in_another_way(path: str) -> None:
    assert {respell(path) for respell in RESPELLINGS} == {path}


def test_a_path_that_reads_in_several_ways_must_not_be_long_enough_to_keep_us_busy() -> None:
    assert len(spellings("/%25." * 100)) == 4
    with pytest.raises(AmbiguousPath):
        spellings("/%25." * 10_000)


def test_a_path_that_reads_in_one_way_may_be_long() -> None:
    for path in ("/é" * 30_000, "/" + "書" * 10_000, "/" + "a" * 100_000):
        assert spellings(path) == {path}


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param("\u0301" * 4_000 + "\u0323" * 4_000, id="marks above, then marks below"),
        pytest.param("%CC%81" * 4_000 + "%CC%A3" * 4_000, id="the same with escapes that were escaped"),
        pytest.param("\u0f73" * 4_000, id="marks that come apart into others"),
        pytest.param("\u0301\uff9e" * 4_000, id="letters that become marks"),
    ],
)
def test_marks_without_end_are_not_put_in_order(marks: str) -> None:
    # It takes the square of their number: half a second for a request that any server takes.
    with pytest.raises(AmbiguousPath):
        TABLE.find(["/static/a" + marks])


def test_climbing_back_takes_no_longer_for_those_who_are_deep_down() -> None:
    assert without_dots("/a" * 50_000 + "/.." * 60_000 + "/b") == "/b"


def canonical(path: str) -> str:
    """What the most eager reader makes of a path: written here once more and in another way."""
    while unquote(path) != path:
        path = unquote(path)
    path = re.sub(r"[\x00-\x1f\x7f]", "", path).replace("\\", "/").casefold()
    path = re.sub(r"/+", "/", re.sub(r";[^/]*", "", "/" + path))
    path = "/".join(part.rstrip(" .") if part.strip(" .") else part for part in path.split("/"))
    return posixpath.normpath(path)


pieces = st.sampled_from(
    [
        *("/api", "/admin", "/admin/api", "/x", "api", "admin", "/", "//", "/.", "/..", "..", ";", ";x=1", "\\", "%"),
        *("%2f", "%2F", "%5c", "%252f", "%2e", "%2e%2e", "%61pi", "%2561pi", "%00", "%0a", "%3b", "%3f", "%25", "\x00"),
        *("\n", "?", "#", " ", "API", "Admin", "é", "%c3%a9", "%ff", "%20", "."),
    ]
)


@settings(max_examples=500)
@given(st.lists(pieces, min_size=1, max_size=8).map("".join))
def test_no_generated_spelling_lies_anywhere_but_where_the_most_eager_reader_takes_it(path: str) -> None:
    try:
        place = TABLE.find([path])
    except AmbiguousPath:
        return
    assert place == TABLE.place(canonical(path))


@pytest.mark.parametrize(
    ("path", "root_path"),
    [
        pytest.param("/shopapi/orders", "/shop", id="a server that put the mount before a target without a slash"),
        pytest.param("/shop/api/orders\n", "/shop/", id="Starlette's Mount, before a line feed"),
        pytest.param("/shop//api/orders", "/shop", id="two slashes"),
        pytest.param("/x/shop/api/orders", "/shop", id="a server that left the mount out, before Litestar"),
        pytest.param("/x/shop/api/orders", "shop", id="the same with a mount that has no slash"),
    ],
)
def test_a_mount_that_is_cut_off_within_a_segment_is_a_reading_too(path: str, root_path: str) -> None:
    assert "/api/orders" in {reading.strip() for reading in readings(path, root_path)}
