"""From a declared dataclass to its table: names, column types, keys and indexes."""

import re
import types
from dataclasses import fields
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, Union, get_args, get_origin, get_type_hints
from weakref import WeakKeyDictionary

from sqlalchemy import BigInteger, Boolean, Column, Dialect, Float, Index, LargeBinary, MetaData, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from bot.errors import CogError
from bot.ports.tables import TableDeclaration, declaration
from bot.storage.codec import value_from, value_payload
from bot.storage.cog_rows.values import KIND
from bot.storage.columns import Moment, Words

_PLAIN: dict[Any, TypeEngine[Any]] = {
    str: Words(),
    int: BigInteger(),
    float: Float(),
    bool: Boolean(),
    bytes: LargeBinary(),
    datetime: Moment(),
}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


class _Member(TypeDecorator[Enum]):
    """A member of an enum by its value: numbers sort as numbers."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(BigInteger() if issubclass(self.kind, IntEnum) else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> Enum | None:
        return None if value is None else self.kind(value)


class _Coded(TypeDecorator[Any]):
    """Any other value, as JSON that is equal for equal values."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else value_payload(value, self.kind)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else value_from(value, self.kind)


_TABLES: WeakKeyDictionary[type[Any], dict[str, Table]] = WeakKeyDictionary()
"""What was made so far, by row class and cog; forgotten with the class when a cog is reloaded."""


def table_of(cog: str, row: type[Any]) -> Table:
    """The table of a cog's row class.

    Raises:
        CogError: no row class, a name that cannot be one, an annotation that means nothing, or a key that is not
            among the columns.
    """
    declared = declaration(row)
    made = _TABLES.setdefault(row, {})
    if cog not in made:
        made[cog] = _table(cog, row, declared)
    return made[cog]


def _table(cog: str, row: type[Any], declared: TableDeclaration) -> Table:
    hints = _hints(cog, row)
    columns = [_column(field.name, hints[field.name], declared.key) for field in fields(row)]
    names = {column.name for column in columns}
    for name in (*declared.key, *(name for index in declared.index for name in index)):
        if name not in names:
            raise CogError(f"cog {cog!r}: table {declared.name!r} has no column {name!r} for its key or index")
    title = table_name(cog, declared.name)
    indexes = [Index(f"ix_{title}_{'_'.join(index)}", *index) for index in declared.index]
    return Table(title, MetaData(), *columns, *indexes)


def _hints(cog: str, row: type[Any]) -> dict[str, Any]:
    try:
        return get_type_hints(row)
    except Exception as error:  # an annotation is whatever its author wrote
        raise CogError(f"cog {cog!r}: the annotations of {row.__name__} cannot be read: {error}") from error


def table_name(cog: str, name: str) -> str:
    """What the table is called in the database; two underscores part the names, which hold only single ones."""
    for part in (cog, name):
        if not _NAME.match(part):
            raise CogError(f"cog {cog!r}: {part!r} cannot name a table: small letters, digits and single underscores")
    return f"cog_{cog}__{name}"


def _column(name: str, annotation: Any, key: tuple[str, ...]) -> Column[Any]:
    kind, optional = _without_none(annotation)
    kind = _plain(kind)
    return Column(name, _type(kind), primary_key=name in key, nullable=optional, autoincrement=False, info={KIND: kind})


def _without_none(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return annotation, False
    kinds = get_args(annotation)
    rest = tuple(kind for kind in kinds if kind is not type(None))
    return (rest[0] if len(rest) == 1 else Union[rest]), len(rest) < len(kinds)  # noqa: UP007 - built at run time


def _plain(kind: Any) -> Any:
    """What a NewType such as MemberId is at run time."""
    while hasattr(kind, "__supertype__"):
        kind = kind.__supertype__
    return kind


def _type(kind: Any) -> TypeEngine[Any]:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Member(kind)
    return _Coded(kind)
