"""Commands that control a running server, made from the table of operations."""

import argparse
import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec
from msgspec.inspect import BoolType, CollectionType, DictType, StructType, UnionType, type_info
from msgspec.structs import FieldInfo, fields

from ..choices import choices
from ..control.operation import Operation
from ..control.problems import wrong_argument
from ..control.table import OPERATIONS
from ..control.wording import sentence
from .asking import ADDRESS, ask
from .words import CONTROL_TOKEN, Failed, can_say, give

ELSEWHERE: Final = frozenset({"token", "env"})  # these have commands of their own, which also work without a server
OUTPUTS: Final = ("json", "text")


def add(commands: Any) -> None:
    """Add a command for each family of operations, with its operations below it."""
    families: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS.values():
        family, _, verb = operation.name.partition(".")
        families.setdefault(family, {})[verb] = operation
    for family, operations in families.items():
        if family not in ELSEWHERE:
            says = operations[""].says if "" in operations else f"Operations on {family}."
            fill = partial(_add_family, operations=operations)
            commands.add_parser(family, help=_lowered(says), description=says, fill=fill)


def add_address(parser: Any) -> None:
    """Add where the server is and how it is proved that one may control it; without a word, nothing is set."""
    where = parser.add_argument_group("which server")
    where.add_argument(
        "--at", dest="server", metavar="URL", default=argparse.SUPPRESS, help=f"where it listens (default: {ADDRESS})"
    )
    where.add_argument(
        "--control-token",
        metavar="TOKEN",
        default=argparse.SUPPRESS,
        help=f"what `serve --control-token` was told (default: ${CONTROL_TOKEN})",
    )


def _add_family(parser: Any, operations: dict[str, Operation]) -> None:
    bare = operations.pop("", None)
    if bare:
        _add_arguments(parser, bare)
    if operations:
        verbs = parser.add_subparsers(metavar="WHAT", required=bare is None)
        for verb, operation in operations.items():
            says, fill = operation.says, partial(_add_arguments, operation=operation)
            verbs.add_parser(verb.replace("_", "-"), help=_lowered(says), description=says, fill=fill)


def _add_arguments(parser: Any, operation: Operation) -> None:
    parser.set_defaults(run=partial(_run, operation))
    for field in fields(operation.takes):
        _add_argument(parser, field, _help(operation, field), positional=field.name in operation.positional)
    parser.add_argument(
        "-o", dest="output", choices=OUTPUTS, default=argparse.SUPPRESS, help="how to print it (default: json)"
    )
    add_address(parser)


def _add_argument(parser: Any, field: FieldInfo, said: str, *, positional: bool) -> None:
    kind, needed = type_info(field.type), field.required
    there = choices(kind)
    flag = f"--{field.name.replace('_', '-')}"
    if positional:
        optional: dict[str, Any] = {} if needed else {"nargs": "?", "default": argparse.SUPPRESS}
        parser.add_argument(field.name, metavar=field.name.upper(), help=said, **optional)
    elif isinstance(kind, BoolType) or _may_be(kind, BoolType):
        parser.add_argument(flag, action=argparse.BooleanOptionalAction, default=argparse.SUPPRESS, help=said)
    elif isinstance(kind, CollectionType):
        several = f"{said} As often as needed."
        one = {"choices": there} if there else {"metavar": "ONE"}
        parser.add_argument(flag, action="append", default=argparse.SUPPRESS, help=several, **one)
    elif isinstance(kind, DictType | StructType):
        parser.add_argument(flag, type=_object, metavar="JSON", default=argparse.SUPPRESS, help=said)
    else:
        parser.add_argument(flag, default=argparse.SUPPRESS, required=needed, help=said, choices=there or None)


def _help(operation: Operation, field: FieldInfo) -> str:
    plain = not isinstance(field.default, str | int | float) or field.default == ""
    usual = "" if plain or isinstance(field.default, bool) else f" (default: {field.default})"
    return f"{sentence(operation, field.name)}{usual}".replace("%", "%%")


def _may_be(kind: Any, wanted: type) -> bool:
    return isinstance(kind, UnionType) and any(isinstance(one, wanted) for one in kind.types)


def _object(written: str) -> Any:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        raise argparse.ArgumentTypeError(f"expected a JSON object, not {written!r}") from None


def _run(
    operation: Operation,
    *,
    server: str | None = None,
    control_token: str | None = None,
    output: str = "json",
    **said: Any,
) -> None:
    given = ask(operation.method, operation.path, _typed(operation, said), at=server, control_token=control_token)
    give(_json(given) if output == "json" else "\n".join(_lines(given)))


def _json(given: Any) -> str:
    """As people read it, where their terminal can show that."""
    written = json.dumps(given, indent=2, ensure_ascii=False)
    return written if can_say(written) else json.dumps(given, indent=2)


def _typed(operation: Operation, said: dict[str, Any]) -> dict[str, Any]:
    """The arguments as JSON has them: on a command line, numbers are text."""
    try:
        read = msgspec.convert(said, operation.takes, strict=False)
    except msgspec.ValidationError as error:
        wrong = wrong_argument(error)
        flag = _named(wrong.place, operation) if wrong.place else ""
        raise Failed(": ".join(filter(None, (flag, wrong.detail)))) from None
    whole: dict[str, Any] = msgspec.to_builtins(read)
    return {name: whole[name] for name in said}


def _named(place: str, operation: Operation) -> str:
    return place.upper() if place in operation.positional else f"--{place.replace('_', '-')}"


def _lines(given: Any, place: str = "") -> Iterator[str]:
    """One line for each value, behind the place where it stands."""
    match given:
        case dict():
            for name, value in given.items():
                yield from _lines(value, f"{place}.{name}" if place else name)
        case list():
            for at, value in enumerate(given):
                yield from _lines(value, f"{place}[{at}]")
        case str():
            yield f"{place}: {given.encode('unicode_escape').decode('ascii')}"
        case _:
            yield f"{place}: {json.dumps(given)}"


def _lowered(says: str) -> str:
    return (says[:1].lower() + says[1:]).rstrip(".")
