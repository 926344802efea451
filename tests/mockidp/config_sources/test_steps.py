import pytest

from mockidp.config_sources.steps import Way, leads, way_to

SETTINGS = {
    "a": [{"b": 1}, {"b": {"c": 2}}],
    "a.b": {"c": [1]},
    "https://x.example/y[0]": {"z": 1},
    "": {"": 1},
}


@pytest.mark.parametrize(
    ("place", "way"),
    [
        ("a", ("a",)),
        ("a[1].b.c", ("a", 1, "b", "c")),
        ("a.b.c[0]", ("a.b", "c", 0)),
        ("https://x.example/y[0].z", ("https://x.example/y[0]", "z")),
        (".", ("",)),
        ("", ()),
        ("nowhere", ()),
        ("a[2].b", ("a",)),
        ("a[x]", ("a",)),
        ("a[0].b.c", ("a", 0, "b")),
        ("a[0]b", ("a", 0, "b")),
        ("ab", ()),
    ],
)
def test_the_way_goes_as_far_as_there_are_settings(place: str, way: Way) -> None:
    assert way_to(SETTINGS, place) == way
    assert leads(SETTINGS, way)


@pytest.mark.parametrize("way", [("b",), ("a", 2), ("a", "0"), ("a", 0, "b", "c"), (0,)])
def test_no_way_leads_to_what_is_not_there(way: Way) -> None:
    assert not leads(SETTINGS, way)
