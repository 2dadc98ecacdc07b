"""Pivots: a row for each combination of some columns' values, a field for each combination of others'.

A pivot is an ordinary table whose rows have a cell for each field, and whose cells know the one that they are
relative to as their base, so that formats, notes and marks are those of all tables.
"""

import re
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

from .cells import Entry, estimate_ratio, has_ratio
from .cli import UsageError
from .columns import COLUMN_BY_NAME, FILE_COLUMNS, Column, find_column, unknown
from .result import Result
from .rows import Field, Row
from .text import FACTOR, divide, shorten

Key = Tuple[Any, ...]
Condition = Tuple[str, str]

# What tells cells of a file apart, in the order in which a pivot's user may have forgotten it.
IDENTITY = "file workload params mode workers processes threads inflight dispatch pin cpu_set cpus id".split()
# What serial mode has only one of, so that it is the base of cells with any number of them.
COUNTS = "workers processes threads inflight dispatch pin cpu_set cpus oversubscribed".split()


class Plan(NamedTuple):
    """What was asked for: columns whose values name rows and fields, those whose values fill the table, and the base."""

    rows: List[Column]
    columns: List[Column]
    values: List[Column]
    base: List[Condition]


def make_plan(rows: List[str], columns: List[str], values: List[str], base: List[Condition], results: Sequence[Result]) -> Plan:
    """The plan of names from the command line; several files get a field each unless the names tell them apart."""
    names = rows + columns
    for name in names:
        if names.count(name) > 1:
            raise UsageError("%s: is in both --rows and --columns" % shorten(name))
    if "ratio" in names + values:
        raise UsageError("ratio: in a pivot --relative-to makes ratios of all values")
    if len(results) > 1 and not any(name in FILE_COLUMNS or name.startswith("label:") for name in names):
        columns = columns + ["file"]
    found = [[find_column(name, results) for name in part] for part in (rows, columns, values)]
    return Plan(*found, base)


# ---- keys --------------------------------------------------------------------------------------------


def key_of(columns: Sequence[Column], entry: Entry) -> Key:
    """The values that say in which row or field a cell stands."""
    return tuple(column.get(entry) for column in columns)


def ranks(values: Sequence[Any]) -> Dict[Any, int]:
    """The order of different values: numbers ascending, texts as they first came, absent ones last."""
    found = [value for value in dict.fromkeys(values) if value is not None]
    if not any(isinstance(value, str) for value in found):
        found.sort()
    return {value: place for place, value in enumerate(found + [None])}


def ordered(keys: Sequence[Key]) -> List[Key]:
    """The different keys in the order of their values, the first one first."""
    orders = [ranks(values) for values in zip(*keys)]
    return sorted(dict.fromkeys(keys), key=lambda key: [order[value] for order, value in zip(orders, key)])


def arrange(entries: Sequence[Entry], plan: Plan) -> Dict[Tuple[Key, Key], Entry]:
    """The cells by row and field; two in one place are refused, for the table could show only one."""
    places: Dict[Tuple[Key, Key], Entry] = {}
    for entry in entries:
        place = (key_of(plan.rows, entry), key_of(plan.columns, entry))
        if place in places:
            raise UsageError(collision(places[place], entry, plan))
        places[place] = entry
    return places


def names_of(one: Entry, other: Entry) -> str:
    """Two cells in a sentence."""
    return " and ".join(shorten(entry.cell.get("id", "a cell without id"), 80) for entry in (one, other))


def difference(one: Entry, other: Entry, known: Set[str]) -> Optional[str]:
    """The first name besides those known that tells two cells apart."""
    columns = [COLUMN_BY_NAME[name] for name in IDENTITY if name not in known]
    return next((column.name for column in columns if column.get(one) != column.get(other)), None)


def collision(one: Entry, other: Entry, plan: Plan) -> str:
    """Which two cells share a place, and what would tell them apart."""
    name = difference(one, other, {column.name for column in plan.rows + plan.columns})
    advice = "add %s to --rows or --columns" % name if name else "nothing tells them apart"
    return "%s would share a place: %s" % (names_of(one, other), advice)


# ---- relative to a base ------------------------------------------------------------------------------


def conditions(text: str) -> List[Condition]:
    """NAME=VALUE,NAME=VALUE: a comma in a value is written as `\\,`."""
    pairs = [part.replace("\\,", ",").partition("=") for part in re.split(r"(?<!\\),", text)]
    if not all(name and equals for name, equals, _ in pairs):
        raise UsageError("--relative-to: %s is not NAME=VALUE[,NAME=VALUE...]" % (shorten(text) or "(empty)"))
    return [(name, value) for name, _, value in pairs]


def word(value: Any) -> str:
    """A column's value as it is typed in a condition."""
    return ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)


def meeting(entries: Sequence[Entry], base: Sequence[Condition], results: Sequence[Result]) -> List[Entry]:
    """The cells that meet all conditions."""
    for name, value in base:
        column = find_column(name, results)
        words = dict.fromkeys(word(column.get(entry)) for entry in entries)
        entries = [entry for entry in entries if word(column.get(entry)) == value]
        if words and not entries:
            raise unknown("%s in these cells" % shorten(name), value or "(empty)", list(words))
    return list(entries)


def ambiguity(one: Entry, other: Entry, known: Set[str]) -> str:
    """Which two cells could both be a base, and what would tell them apart."""
    name = difference(one, other, known)
    advice = "add %s=VALUE" % name if name else "nothing tells them apart"
    return "%s could both be the base: %s" % (names_of(one, other), advice)


def with_bases(entries: Sequence[Entry], plan: Plan, results: Sequence[Result]) -> List[Entry]:
    """The cells with their bases: those that meet the conditions and are alike in all else that rows and columns name."""
    given = {name for name, _ in plan.base}
    if ("mode", "serial") in plan.base:
        given.update(COUNTS)
    alike = [column for column in plan.rows + plan.columns if column.name not in given]
    bases: Dict[Key, Entry] = {}
    for entry in meeting(entries, plan.base, results):
        other = bases.setdefault(key_of(alike, entry), entry)
        if other is not entry:
            known = {column.name for column in alike} | {name for name, _ in plan.base}
            raise UsageError("--relative-to: " + ambiguity(other, entry, known))
    return [entry._replace(base=bases.get(key_of(alike, entry))) for entry in entries]


def relative(column: Column) -> Column:
    """The column as a ratio to the base's value; a column of texts as it is."""
    if not column.kind.numeric:
        return column

    def get(entry: Entry) -> Optional[float]:
        return divide(column.get(entry), column.get(entry.base)) if has_ratio(entry) else None

    def interval(entry: Entry) -> Optional[Dict[str, float]]:
        if not has_ratio(entry) or entry.base.cell is entry.cell:
            return None
        return estimate_ratio(column.interval(entry), column.interval(entry.base))

    return column._replace(kind=FACTOR, get=get, interval=interval if column.interval else None, text=None)


# ---- the table ---------------------------------------------------------------------------------------


def label(column: Column, value: Any) -> str:
    """A value in a field's title: texts alone, else with the column's name."""
    return value if isinstance(value, str) else "%s=%s" % (column.name, "-" if value is None else word(value))


def title(plan: Plan, key: Key, value: Column) -> str:
    """A field's title: where its cells stand and, unless there is only one kind of value, what it shows of them."""
    words = [label(column, part) for column, part in zip(plan.columns, key)]
    if len(plan.values) > 1 or plan.base or not words:
        words.append(value.name + (" ratio" if plan.base and value.kind.numeric else ""))
    return " ".join(words)


class Pivot(NamedTuple):
    """The finished table's parts."""

    fields: List[Field]
    rows: List[Row]
    columns: List[Column]  # all that it shows, for notes


def make_pivot(plan: Plan, results: Sequence[Result]) -> Pivot:
    """Arranges the cells of all files."""
    entries = [Entry(result, cell, None) for result in results for cell in result.data["cells"]]
    if plan.base:
        entries = with_bases(entries, plan, results)
    places = arrange(entries, plan)
    row_keys = ordered([row for row, _ in places])
    keys = ordered([key for _, key in places])
    # A row can have cells of many shapes, so its names are plain: 4 workers, not 2x2.
    names = [column._replace(text=None) for column in plan.rows]
    values = [relative(column) if plan.base else column for column in plan.values]
    fields = [Field(column.name, column, None) for column in names]
    for number, key in enumerate(keys):
        fields += [Field(title(plan, key, old), new, number) for old, new in zip(plan.values, values)]
    rows: List[Row] = [[places.get((row, key)) for key in keys] for row in row_keys]
    return Pivot(fields, rows, names + values)
