import pytest

from realmgate.keys.freshness import stated_age


@pytest.mark.parametrize(
    ("cache_control", "age", "stated"),
    [
        ("", "", None),
        ("public", "", None),
        ("max-age=60", "", 60.0),
        ("MAX-AGE=60", "", 60.0),
        ('max-age="60"', "", 60.0),
        ("max-age = 60", "", 60.0),
        ("public,max-age=60,immutable", "", 60.0),
        ("max-age=0", "", 0.0),
        ("max-age=60", "20", 40.0),
        ("max-age=60", "90", 0.0),
        ("max-age=60", "-5", 60.0),
        ("max-age=60", "²", 60.0),
        ("no-store", "", 0.0),
        ("no-cache, max-age=60", "", 0.0),
        ('no-cache="set-cookie"', "", 0.0),
        ("s-maxage=60", "", None),
        ("x-max-age=60", "", None),
        ("max-age=60x", "", None),
        ("max-age=-1", "", None),
        ("max-age=99999999999999", "", None),
        ("max-age=", "", None),
        ("not-no-store-at-all", "", None),
    ],
)
def test_what_an_answer_says_of_its_freshness(cache_control: str, age: str, stated: float | None) -> None:
    assert stated_age(cache_control, age) == stated
