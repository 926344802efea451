"""Reads YAML as plain data: no tags that make objects, each key once, and aliases that cannot grow beyond measure."""

from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ..errors import ConfigError
from .steps import Way

MOST_NODES: Final = 50_000  # with each alias counted as often as it is used
DEEPEST: Final = 50

_STR: Final = "tag:yaml.org,2002:str"
_MERGE: Final = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    """Tells where a value is that is not of the kind that its tag says, or that it looks like."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:  # noqa: FBT001, FBT002  # as PyYAML has it
        try:
            return super().construct_object(node, deep=deep)
        except (ValueError, ArithmeticError, LookupError, AttributeError, TypeError) as error:
            if isinstance(error, ConfigError):
                raise
            kind = node.tag.rpartition(":")[2]
            raise _refused(f"is not YAML: expected a {kind} (in quotes, without a tag, it is a text)", node) from None


def read_yaml(text: str) -> tuple[Any, Node | None]:
    """The data, None for an empty text, and the nodes it was made of; ConfigError names the line."""
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
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
        node = yaml.SafeLoader(text.replace("\t", " ")).get_single_node()
        if node is not None:
            expect_bounded(node)
    except (yaml.YAMLError, ValueError, ArithmeticError, RecursionError) as error:
        if isinstance(error, ConfigError):
            raise
        return None
    else:
        return node


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
    if len(above) > DEEPEST:
        raise _refused(f"expected at most {DEEPEST} levels", node)
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
