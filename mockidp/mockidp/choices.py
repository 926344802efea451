"""What there is to choose from, where a setting or an argument is one of few."""

from msgspec.inspect import CollectionType, LiteralType, Type, UnionType


def choices(kind: Type | None) -> tuple[str, ...]:
    """All that it may be, or for several, each of them; nothing where that is not counted."""
    match kind:
        case LiteralType(values=values):
            return tuple(map(str, values))
        case CollectionType(item_type=item):
            return choices(item)
        case UnionType(types=kinds):
            return next(filter(None, map(choices, kinds)), ())
        case _:
            return ()
