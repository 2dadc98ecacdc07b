"""The command line of table.py."""

import argparse
import os
import sys
from typing import List, Sequence, Tuple

from . import cli
from .cells import without_bulk
from .cli import Once, Parser, UsageError, complain, name_list
from .columns import COLUMNS, FAMILIES, choose_columns, find_column
from .formats import FORMATS, Table
from .notes import cell_notes, file_notes, mark_notes
from .pivot import Pivot, conditions, make_pivot, make_plan
from .result import Result, load_all
from .rows import make_fields, make_rows, sort_rows
from .text import shorten

PROGRAM = "table.py"


def sort_order(text: str) -> Tuple[str, bool]:
    """COLUMN or COLUMN,desc or COLUMN,asc."""
    name, comma, order = text.partition(",")
    if comma and order not in ("asc", "desc"):
        raise argparse.ArgumentTypeError("the order is asc or desc, not %s" % (shorten(order) or "empty"))
    return name, order == "desc"


def column_help() -> str:
    """The list of columns for --help."""
    rows = [(column.name, column.help) for column in COLUMNS]
    rows += [(prefix + ":NAME", family.help) for prefix, family in FAMILIES.items()]
    width = max(len(name) for name, _ in rows)
    return "columns:\n" + "\n".join("  %s  %s" % (name.ljust(width), text) for name, text in rows)


EXIT_HELP = "exit status: 0 done, 2 usage or unreadable input, 7 the table could not be written"


PIVOT_HELP = """pivots:
  table.py --rows=workload,params --columns=mode,workers --values=rate,speedup r.json
  table.py --rows=workload,params --columns=mode,workers --relative-to=mode=serial r.json
  table.py --rows=id --columns=host,cpu_model --relative-to=file=old old.json new.json
With --rows, --columns names what becomes a field for each combination of values; several files get a field
each unless host, file or a label is named. Ratios are to the cell that has the given values and is alike in
all else that is named; mode=serial is the base of any number of workers."""


def make_parser() -> Parser:
    """All options."""
    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Table of one concbench result, or of several side by side with the ratio of their rates\n"
        "to the first file's. Cells are matched by id. With --rows a pivot instead.",
        epilog=column_help() + "\n\n" + PIVOT_HELP + "\n\n" + EXIT_HELP,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="result of concbench run (JSON); - is standard input")
    add("--format", action=Once, choices=list(FORMATS), default="text", help="default: text")
    add("--columns", action=Once, type=name_list, metavar="LIST", help="names with commas; default: CSV all, else a few")
    add("--rows", action=Once, type=name_list, metavar="LIST", help="pivot: a row for each combination of their values")
    add("--values", action=Once, type=name_list, metavar="LIST", help="pivot: what to show of each cell; default: rate")
    add("--relative-to", action=Once, metavar="NAME=VALUE[,...]", help="pivot: values as ratios to the cell that has these")
    add("--sort", action=Once, type=sort_order, metavar="COLUMN[,desc]", help="default: the order of the file")
    add(
        "--interval",
        action=Once,
        choices=["percent", "range", "none"],
        default="percent",
        help="how intervals are shown; default: percent (half-width of the median)",
    )
    add("--color", action=Once, choices=["auto", "always", "never"], default="auto", help="text only; default: auto")
    return parser


def wants_color(choice: str) -> bool:
    """Colours on a terminal that is not dumb and whose user did not refuse them."""
    if choice != "auto":
        return choice == "always"
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb" and sys.stdout.isatty()


def make_list(arguments: argparse.Namespace, results: Sequence[Result]) -> Pivot:
    """A row a cell."""
    columns = choose_columns(arguments, results)
    return Pivot(make_fields(columns, results), make_rows(results), columns)


def make_chosen_pivot(arguments: argparse.Namespace, results: Sequence[Result]) -> Pivot:
    """A row for each combination of values."""
    base = conditions(arguments.relative_to) if arguments.relative_to is not None else []
    plan = make_plan(arguments.rows, arguments.columns or [], arguments.values or ["rate"], base, results)
    return make_pivot(plan, results)


def make_table(arguments: argparse.Namespace, results: Sequence[Result]) -> Table:
    """Rows, columns and notes as they were asked for."""
    fields, rows, columns = (make_chosen_pivot if arguments.rows else make_list)(arguments, results)
    if arguments.sort:
        name, descending = arguments.sort
        rows = sort_rows(rows, find_column(name, results), descending)
    notes = file_notes(results) + cell_notes(rows, columns) + mark_notes(rows, columns)
    if arguments.relative_to:
        notes.append("ratios are to the cell with %s" % shorten(arguments.relative_to))
    return Table(fields, rows, notes, arguments.interval, wants_color(arguments.color))


def check_options(arguments: argparse.Namespace) -> None:
    """Refuses options of pivots without a pivot."""
    for name in ("values", "relative_to"):
        if getattr(arguments, name) is not None and not arguments.rows:
            raise UsageError("--%s: is for pivots, which --rows asks for" % name.replace("_", "-"))


def main(words: Sequence[str]) -> None:
    """Writes the table to standard output, and notes that its format cannot hold to standard error."""
    arguments = make_parser().parse_args(words)
    check_options(arguments)
    table = make_table(arguments, load_all(arguments.files, without_bulk))
    chosen = FORMATS[arguments.format]
    cli.put(chosen.render(table))
    if not chosen.has_notes:
        for note in table.notes:
            complain(PROGRAM, "note: " + note)


def run(words: Sequence[str]) -> int:
    """The whole program; returns the exit status."""
    return cli.run(PROGRAM, main, words)
