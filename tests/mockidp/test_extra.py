import sys

import pytest

from mockidp.extra import EXTRA, expect_extra, missing


def test_where_all_of_it_is_installed_nothing_is_said() -> None:
    expect_extra()


@pytest.mark.parametrize("module", sorted(EXTRA))
def test_any_piece_that_is_missing_is_named_with_what_to_install(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=rf"^mockidp\.MockIdp needs {module}, .* pip install 'realmgate\[mockidp\]'$"):
        expect_extra()


def test_whoever_asked_for_something_else_is_told_that() -> None:
    assert str(missing("load_config", "yaml")).startswith("mockidp.load_config needs yaml, which is not installed")
