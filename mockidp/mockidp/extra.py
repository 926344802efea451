"""Is the extra installed, which the provider needs and the gate does not? Looking loads nothing of it."""

from importlib.util import find_spec
from typing import Final

EXTRA: Final = frozenset({"authlib", "httptools", "itsdangerous", "jinja2", "python_multipart", "uvicorn", "yaml"})


def expect_extra() -> None:
    """Go on where all of it is installed, also what only a page needs; ImportError says what to install where not."""
    for module in sorted(EXTRA):
        if not _is_there(module):
            raise missing("MockIdp", module)


def missing(name: str, module: str) -> ImportError:
    """What is to be raised where somebody asked for `mockidp.<name>`."""
    return ImportError(
        f"mockidp.{name} needs {module}, which is not installed: pip install 'realmgate[mockidp]'", name=module
    )


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # what it raises for a module that somebody keeps from being imported
        return False
