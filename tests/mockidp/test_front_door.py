import subprocess
import sys

import pytest

import mockidp

HEAVY = {"authlib", "cryptography", "jinja2", "joserfc", "msgspec", "starlette", "uvicorn"}
FOR_OTHERS = {
    *("jinja2", "requests", "mockidp.dialects.orocommerce.shop", "mockidp.headless.browser"),
    "mockidp.serving.authority",
}
CURE = "pip install 'realmgate[mockidp]'"

WITHOUT_THE_EXTRA = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"authlib", "httptools", "itsdangerous", "jinja2", "python_multipart", "uvicorn"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
"""


def python(program: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("module", ["mockidp", "mockidp.pytest_plugin"])
def test_importing_it_imports_nothing_heavy(module: str) -> None:
    program = f"import sys, {module}; print(*sorted({HEAVY!r} & sys.modules.keys()))"
    assert python(program).stdout == "\n"


def test_everything_it_promises_is_there() -> None:
    for name in mockidp.__all__:
        assert getattr(mockidp, name).__name__ == name
    assert set(mockidp.__all__) <= set(dir(mockidp))
    assert sorted(mockidp.__all__) == mockidp.__all__


def test_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'mockidp' has no attribute 'MockIpd'"):
        mockidp.MockIpd  # type: ignore[attr-defined]  # noqa: B018


def test_without_the_extra_importing_does_no_harm_and_touching_the_provider_says_what_to_install() -> None:
    said = python(f"{WITHOUT_THE_EXTRA}\nimport mockidp\nprint(mockidp.Config)\nfrom mockidp import MockIdp")
    assert said.stdout == "<class 'mockidp.settings.config.Config'>\n"
    assert said.stderr.splitlines()[-1].startswith("ImportError: mockidp.MockIdp needs ")
    assert said.stderr.splitlines()[-1].endswith(f", which is not installed: {CURE}")


@pytest.mark.parametrize("module", ["authlib", "httptools", "itsdangerous", "jinja2", "python_multipart", "uvicorn"])
def test_each_piece_of_the_extra_is_missed_at_once_even_what_only_a_page_needs(module: str) -> None:
    program = f"import sys\nsys.modules[{module!r}] = None\nfrom mockidp import MockIdp"
    assert python(program).stderr.splitlines()[-1].startswith(f"ImportError: mockidp.MockIdp needs {module}, which")


def test_a_provider_that_is_asked_by_programs_loads_nothing_that_only_others_need() -> None:
    program = f"""
import sys
from mockidp import MockIdp

with MockIdp() as idp:
    idp.token("storefront")
    print(*sorted({FOR_OTHERS!r} & sys.modules.keys()))
    idp.browser()
    print("mockidp.headless.browser" in sys.modules)
"""
    assert python(program).stdout == "\nTrue\n"


def test_another_missing_module_is_not_mistaken_for_the_extra() -> None:
    said = python(
        f"{WITHOUT_THE_EXTRA.replace('uvicorn', 'msgspec').replace('authlib', 'x')}\nfrom mockidp import Config"
    )
    assert said.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'msgspec'"


@pytest.mark.parametrize("arguments", [["serve"], []])
def test_without_the_extra_the_command_says_what_to_install(arguments: list[str]) -> None:
    said = python(f"{WITHOUT_THE_EXTRA}\nfrom mockidp.__main__ import main\nsys.exit(main({arguments!r}))")
    assert said.returncode == 1
    assert said.stdout == ""
    assert said.stderr.startswith("mockidp: mockidp.MockIdp needs ")
    assert said.stderr.endswith(f"{CURE}\n")
    assert said.stderr.count("\n") == 1
