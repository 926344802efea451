"""Reads YAML as plain data: no tags that make objects, each key once, and aliases that cannot grow beyond measure."""

import contextlib
from typing import Any, Final

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.resolver import Resolver

from ..errors import ConfigError
from .steps import Way

MOST_NODES: Final = 50_000  # with each alias counted as often as it is used
DEEPEST: Final = 50

_STR: Final = "tag:yaml.org,2002:str"
_MERGE: Final = "tag:yaml.org,2002:merge"


class _Strict(SafeConstructor, Resolver):
    """What is ours of a loader: it goes only so deep, and tells where a value is not of the kind that it should be."""

    _levels = 0

    def descend_resolver(self, current_node: Node | None, current_index: Any) -> None:
        """Refuse what is nested too deeply before it is read: in C, where nothing else would end it but the stack."""
        self._levels += 1
        if self._levels > DEEPEST + 1:
            line = current_node.start_mark.line + 1 if current_node else None
            raise ConfigError(f"expected at most {DEEPEST} levels", line=line)
        super().descend_resolver(current_node, current_index)

    def ascend_resolver(self) -> None:
        """One level is read."""
        self._levels -= 1
        super().ascend_resolver()

    def construct_object(self, node: Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  # as PyYAML has it
        """The value; ConfigError where it is not of the kind that its tag says, or that it looks like."""
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as error:
            if isinstance(error, ConfigError):
                raise
            kind = node.tag.rpartition(":")[2]
            raise _refused(f"is not YAML: expected a {kind} (in quotes, without a tag, it is a text)", node) from None


class _Loader(_Strict, yaml.SafeLoader):
    """In Python: slow, but it is always there."""


# By libyaml, where PyYAML was built with it; several times as fast.
_FAST: Final = tuple(type("_Fast", (_Strict, base), {}) for base in (getattr(yaml, "CSafeLoader", None),) if base)


def read_yaml(text: str) -> tuple[Any, Node | None]:
    """The data, None for an empty text, and the nodes it was made of; ConfigError names the line."""
    try:
        loader, node = _nodes_of(text)
        if node is None:
            return None, None
        expect_bounded(node)
        return loader.construct_document(node), node
    except ConfigError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise ConfigError(f"is not YAML: {error.problem}", line=mark.line + 1 if mark else None) from None
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError) as error:
        raise ConfigError(f"is not YAML: {_first_line(error)}") from None


def lines_of(text: str) -> Node | None:
    """The nodes of a text that has been read as JSON, which is YAML but for tabs; None where that does not hold."""
    try:
        _, node = _nodes_of(text.replace("\t", " "))
        if node is not None:
            expect_bounded(node)
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError) as error:
        if isinstance(error, ConfigError):
            raise
        return None
    else:
        return node


def _nodes_of(text: str) -> tuple[Any, Node | None]:
    """The loader and what it found; what libyaml does not take is for Python's, whose words are the same everywhere."""
    for fast in _FAST:
        with contextlib.suppress(yaml.YAMLError, UnicodeEncodeError):
            loader = fast(text)
            return loader, loader.get_single_node()
    loader = _Loader(text)
    return loader, loader.get_single_node()


def line_at(node: Node | None, way: Way) -> int | None:
    """The line, from 1, of what stands at the end of this way, or of the closest thing around it."""
    line = None
    for step in way:
        found = _inside(node, step)
        if found is None:
            break
        line, node = found
    return line


def expect_bounded(node: Node) -> None:
    """Refuse names that are no texts, or given twice, and more than a configuration can need."""
    _size(node, {}, ())


def _size(node: Node, known: dict[int, int], above: tuple[int, ...]) -> int:
    """How many nodes there are when every alias is written out; looks at each node once."""
    if id(node) in known:
        return known[id(node)]
    if id(node) in above:
        raise _refused("expected no alias inside of what it stands for", node)
    if isinstance(node, MappingNode):
        _expect_names(node)
    inner = [part for pair in node.value for part in pair] if isinstance(node, MappingNode) else _items(node)
    size = 1
    for one in inner:
        size += _size(one, known, (*above, id(node)))
        if size > MOST_NODES:
            raise _refused(f"expected at most {MOST_NODES} values, with every alias written out", node)
    known[id(node)] = size
    return size


def _items(node: Node) -> list[Node]:
    return list(node.value) if isinstance(node, SequenceNode) else []


def _expect_names(node: MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, ScalarNode) or key.tag not in {_STR, _MERGE}:
            raise _refused("expected a text as the name of a setting (in quotes, if it looks like something else)", key)
        if key.value in seen:
            raise _refused(f"expected each name only once, but found {key.value!r} again", key)
        seen.add(key.value)


def _inside(node: Node | None, step: str | int) -> tuple[int, Node] | None:
    if isinstance(node, SequenceNode) and isinstance(step, int):
        return node.value[step].start_mark.line + 1, node.value[step]
    pairs = node.value if isinstance(node, MappingNode) else ()
    return next(((key.start_mark.line + 1, value) for key, value in pairs if key.value == step), None)


def _refused(problem: str, node: Node) -> ConfigError:
    return ConfigError(problem, line=node.start_mark.line + 1)


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
