"""What a column may hold, looked at whenever a value is read from the file.

**Rule:** SQLite keeps a value of any type in any column, and whoever can write the file chooses. No
value of another type than the column's own goes past here; what it says is for others to judge.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from kt1custody.errors import UnavailableError


class CheckedType(TypeDecorator[Any]):
    """The type of one column: whole numbers from 0 on, truth values, texts or bytes."""

    impl = sa.types.NullType
    cache_ok = True

    def __init__(self, place: str, kept: TypeEngine[Any], *, nullable: bool) -> None:
        """Know the column.

        Args:
            place: Names it in an error: `table.column`.
            kept: How it is declared.
            nullable: It may hold nothing.
        """
        super().__init__()
        self.place, self.kept, self.nullable = place, kept, nullable

    @property
    def python_type(self) -> type[Any]:
        """The type of its values."""
        kept = self.kept.impl_instance if isinstance(self.kept, TypeDecorator) else self.kept
        return kept.python_type

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        """Declare it as without a check."""
        return dialect.type_descriptor(self.kept)

    def result_processor(self, *_: object) -> Callable[[Any], Any]:
        """Give what every value goes through.

        Raises:
            UnavailableError: `database-broken` with the place.
        """
        place, nullable, wanted = self.place, self.nullable, self.python_type
        is_number, is_truth = wanted is int, wanted is bool

        def check(value: Any) -> Any:  # noqa: ANN401  # whatever the file holds
            if type(value) is wanted and not (is_number and value < 0):
                return value
            if (value is None and nullable) or (
                is_truth and type(value) is int and value in (0, 1)
            ):
                return value if value is None else bool(value)
            raise UnavailableError("database-broken", place=place)

        return check


def check_all(metadata: sa.MetaData) -> None:
    """Have the values of every column of every table checked when they are read.

    A whole number has 64 bits on every database: item numbers have twelve digits.
    """
    for table in metadata.tables.values():
        for column in table.columns:
            place = f"{table.name}.{column.name}"
            kept = sa.BigInteger() if type(column.type) is sa.Integer else column.type
            column.type = CheckedType(place, kept, nullable=bool(column.nullable))


def maybe(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Give a column of a row that may not be there, as behind an outer join."""
    kept = column.type
    assert isinstance(kept, CheckedType)  # noqa: S101  # of our own tables
    return sa.type_coerce(column, CheckedType(kept.place, kept.kept, nullable=True)).label(
        column.name
    )
