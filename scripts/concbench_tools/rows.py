"""Rows of a table: a cell each, and the same cell of other files beside it."""

from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from .cells import Entry
from .columns import Column
from .result import Result

Row = List[Optional[Entry]]  # one cell in each file; None where a file has it not


def make_rows(results: Sequence[Result]) -> List[Row]:
    """One row a cell id, in the order of the files; a cell without id is a row of its own."""
    rows: Dict[Any, Row] = {}
    for number, result in enumerate(results):
        for place, cell in enumerate(result.data["cells"]):
            row = rows.setdefault(cell.get("id", (number, place)), [None] * len(results))
            row[number] = Entry(result, cell, row[0] if number else None)
    return list(rows.values())


def row_value(row: Row, column: Column) -> Any:
    """A column's value for a whole row: the first file's that has one."""
    values = (column.get(entry) for entry in row if entry)
    return next((value for value in values if value is not None), None)


def sort_rows(rows: List[Row], column: Column, descending: bool) -> List[Row]:
    """Rows by a column, numbers before texts; rows without a value come last either way."""
    keyed = [(row_value(row, column), row) for row in rows]
    present = [pair for pair in keyed if pair[0] is not None]
    missing = [row for value, row in keyed if value is None]
    present.sort(key=lambda pair: (isinstance(pair[0], str), pair[0]), reverse=descending)
    return [row for _, row in present] + missing


class Field(NamedTuple):
    """One column of the finished table: a column of one file, or of all when it is shared."""

    title: str
    column: Column
    file: Optional[int]

    def entry(self, row: Row) -> Optional[Entry]:
        """The cell it shows in a row."""
        return next(entry for entry in row if entry) if self.file is None else row[self.file]


def make_fields(columns: Sequence[Column], results: Sequence[Result]) -> List[Field]:
    """Each column once, or once for each file beside one another."""
    fields = []
    for column in columns:
        if column.shared or len(results) == 1:
            fields.append(Field(column.name, column, None if column.shared else 0))
            continue
        files = range(1 if column.name == "ratio" else 0, len(results))
        fields += [Field("%s (%s)" % (column.name, results[i].title), column, i) for i in files]
    return fields
