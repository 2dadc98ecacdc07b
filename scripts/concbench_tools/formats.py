"""A table as aligned text, Markdown or CSV."""

import re
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence

from .cells import Entry, is_not_ok, marks_of
from .columns import Column
from .rows import Field, Row
from .text import Kind, csv_text, divide, markdown, percent, printable, shown


class Table(NamedTuple):
    """All that a format needs."""

    fields: Sequence[Field]
    rows: Sequence[Row]
    notes: Sequence[str]
    interval: str
    color: bool


def plus_minus(estimate: Dict[str, float]) -> str:
    """Half the interval's width relative to the median."""
    width = divide((estimate["ci_high"] - estimate["ci_low"]) / 2, estimate["median"])
    return "" if width is None else " \u00b1" + percent(width)


def low_to_high(estimate: Dict[str, float], kind: Kind) -> str:
    """The interval's ends."""
    return " (%s..%s)" % (kind.human(estimate["ci_low"]), kind.human(estimate["ci_high"]))


def interval_text(column: Column, entry: Entry, style: str) -> str:
    """What stands behind an estimate; nothing where it has no interval."""
    estimate = column.interval(entry) if column.interval and style != "none" else None
    if not {"ci_low", "ci_high", "median"} <= set(estimate or {}):
        return ""
    return low_to_high(estimate, column.kind) if style == "range" else plus_minus(estimate)


def human_text(field: Field, row: Row, interval: str) -> str:
    """A table cell for people."""
    entry = field.entry(row)
    value = field.column.get(entry) if entry else None
    if value is None:
        return "-"
    if field.column.text:
        text = field.column.text(entry)
    elif isinstance(value, str):
        return shown(value)
    else:
        text = field.column.kind.human(value) + interval_text(field.column, entry, interval)
    return text + ("" if is_not_ok(entry.cell) else marks_of(field.column.name, entry))


def raw_value(field: Field, row: Row) -> Any:
    """A CSV field: numbers bare, absent ones empty, texts safe."""
    entry = field.entry(row)
    value = field.column.get(entry) if entry else None
    if isinstance(value, str):
        return csv_text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


STYLES = {"title": "\033[1m%s\033[0m", "bad": "\033[31m%s\033[0m", "note": "\033[33m%s\033[0m"}


def paint(text: str, style: str, color: bool) -> str:
    """The text in a colour, where there are colours."""
    return STYLES[style] % text if color and text.strip() else text


def style_of(field: Field, row: Row) -> Optional[str]:
    """How a table cell stands out."""
    entry = field.entry(row)
    return "bad" if field.column.name == "status" and entry and is_not_ok(entry.cell) else None


def render_text(table: Table) -> str:
    """Aligned columns, numbers to the right."""
    titles = [shown(field.title) for field in table.fields]
    body = [[human_text(field, row, table.interval) for field in table.fields] for row in table.rows]
    widths = [max(len(line[i]) for line in [titles] + body) for i in range(len(titles))]

    def pad(line: Sequence[str]) -> List[str]:
        right = (field.column.kind.numeric for field in table.fields)
        return [t.rjust(w) if r else t.ljust(w) for t, w, r in zip(line, widths, right)]

    lines = [paint("  ".join(pad(titles)).rstrip(), "title", table.color)]
    for row, texts in zip(table.rows, body):
        styles = (style_of(field, row) for field in table.fields)
        painted = [paint(t, s, table.color) if s else t for t, s in zip(pad(texts), styles)]
        lines.append("  ".join(painted).rstrip())
    notes = [paint("note: " + printable(note), "note", table.color) for note in table.notes]
    return "\n".join(lines + ([""] + notes if notes else [])) + "\n"


def render_markdown(table: Table) -> str:
    """A table of GitHub's Markdown; notes are a list below it."""
    titles = [markdown(shown(field.title)) for field in table.fields]
    rules = ["---:" if field.column.kind.numeric else "---" for field in table.fields]
    body = [[markdown(human_text(field, row, table.interval)) for field in table.fields] for row in table.rows]
    lines = ["| " + " | ".join(line) + " |" for line in [titles, rules] + body]
    notes = ["- note: " + markdown(printable(note)) for note in table.notes]
    return "\n".join(lines + ([""] + notes if notes else [])) + "\n"


def csv_line(values: Sequence[Any]) -> str:
    """One record. Quoted here, because Python's writer leaves a carriage return bare before version 3.13."""
    texts = [str(value) for value in values]
    quoted = ['"%s"' % text.replace('"', '""') if re.search(r'[",\r\n]', text) else text for text in texts]
    return (",".join(quoted) or '""') + "\n"


def render_csv(table: Table) -> str:
    """Comma-separated values with raw numbers: ns, bytes, shares of 1."""
    lines = [[csv_text(field.title) for field in table.fields]]
    lines += [[raw_value(field, row) for field in table.fields] for row in table.rows]
    return "".join(csv_line(line) for line in lines)


class Format(NamedTuple):
    """An output format, and whether notes are part of it; else they go to standard error."""

    render: Callable[[Table], str]
    has_notes: bool


FORMATS = {
    "text": Format(render_text, True),
    "markdown": Format(render_markdown, True),
    "csv": Format(render_csv, False),
}
