"""What has to be said below a table: of files, of cells, and of the signs in it."""

from typing import Any, Callable, Dict, List, Sequence, Tuple

from .cells import MARKS, Entry, is_not_ok, is_of_other_class, lookup, versions_differ
from .columns import COLUMN_BY_NAME, NOT_OK_COLUMNS, Column
from .result import Result
from .rows import Row
from .text import shorten

FILE_NOTES: Sequence[Tuple[Callable[[Dict[str, Any]], bool], str]] = (
    (lambda data: data.get("partial", False), "partial: the run was not finished"),
    (lambda data: data.get("quick", False), "quick: few short samples, good for a look, not for a comparison"),
    (lambda data: not data["cells"], "empty: it has no cells"),
)
DIFFERENCES: Sequence[Tuple[Tuple[str, ...], str]] = (
    (("host", "fingerprint"), "measured on another kind of host than"),
    (("scaling",), "scaled otherwise (fixed work or rate) than"),
)


def file_notes(results: Sequence[Result]) -> List[str]:
    """What has to be known of whole files."""
    notes = ["%s is %s" % (r.title, text) for r in results for test, text in FILE_NOTES if test(r.data)]
    for result in results[1:]:
        for path, text in DIFFERENCES:
            values = [lookup(each.data, path) for each in (result, results[0])]
            if None not in values and values[0] != values[1]:
                notes.append("%s was %s %s: ratios are advisory" % (result.title, text, results[0].title))
    return notes


def name_of(entry: Entry) -> str:
    """A cell's id for a sentence."""
    return shorten(entry.cell.get("id", "a cell without id"))


def cell_notes(rows: Sequence[Row], columns: Sequence[Column]) -> List[str]:
    """What the chosen columns would hide: cells that are not ok, ratios that cannot be."""
    names = [column.name for column in columns]
    entries = [entry for row in rows for entry in row if entry]
    notes = []
    if not all(name in names for name in NOT_OK_COLUMNS):
        for entry in entries:
            if is_not_ok(entry.cell):
                notes.append("%s: %s" % (name_of(entry), status_text(entry.cell)))
    if "ratio" in names:
        for entry in entries:
            if versions_differ(entry):
                notes.append("%s: no ratio, the versions of the workload differ" % name_of(entry))
    return notes


def status_text(cell: Dict[str, Any]) -> str:
    """Status and reason as a piece of a sentence."""
    reason = cell.get("reason")
    expected = ", as expected" if cell["status"] == cell.get("expected") else ""
    return shorten(cell["status"]) + expected + (": " + shorten(reason) if reason else "")


def mark_notes(rows: Sequence[Row], columns: Sequence[Column]) -> List[str]:
    """What the signs behind values mean, for those that occur."""
    names = [column.name for column in columns]
    entries = [entry for row in rows for entry in row if entry and not is_not_ok(entry.cell)]
    seen = [mark for mark in MARKS if mark.column in names and any(mark.test(entry) for entry in entries)]
    notes = ["%s %s" % (mark.sign, mark.text) for mark in seen]
    if "price_ratio" in names and any(COLUMN_BY_NAME["price_ratio"].get(entry) for entry in entries):
        notes.append("price_ratio is against a cell of another group, which was not measured in turns with it")
    if "bound" in names and any(is_of_other_class(entry) for entry in entries):
        notes.append("[x] the class that the workload declares, where it is bound by something else")
    return notes
