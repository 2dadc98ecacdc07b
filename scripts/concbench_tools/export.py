"""The command line of export.py: results in the JSON formats of other tools, for the dashboards that read those."""

import argparse
import json
from typing import Any, Callable, Dict, List, NamedTuple, Sequence

from . import cli
from .cells import is_not_ok
from .cli import Once, Parser, UsageError, complain
from .export_google import AGGREGATES, google_benchmark
from .export_hyperfine import hyperfine
from .notes import FILE_NOTES
from .result import Cell, load_all
from .shapes import SAMPLE_AMOUNTS
from .text import shorten

PROGRAM = "export.py"
SAMPLE_KEYS = ("discarded", "makespan_ns") + SAMPLE_AMOUNTS

EPILOG = """formats:
  google-benchmark  of Google Benchmark's --benchmark_format=json: an entry for each sample and one for each of mean,
                    median, stddev and cv; times are of a unit of work, all workers together, in ns
  hyperfine         of hyperfine's --export-json: an entry a cell; times are of a sample (its makespan), in s
Cells that are not ok have no numbers: the Google format has them with error_occurred, the other leaves them out.

exit status: 0 done, 2 usage or unreadable input, 7 the output could not be written"""


class Format(NamedTuple):
    """An output format: makes its JSON of a result, and knows which --entries it has."""

    make: Callable[[Dict[str, Any], str], Dict[str, Any]]
    entries: Sequence[str]


FORMATS = {
    "google-benchmark": Format(google_benchmark, ("all", "aggregates") + AGGREGATES),
    "hyperfine": Format(lambda data, _: hyperfine(data), ("all",)),
}


def with_times(cell: Cell) -> Cell:
    """The cell with the times of those samples that count; for load()."""
    kept = [sample for sample in cell.get("samples", []) if not sample.get("discarded", False)]
    kept = [{key: sample[key] for key in SAMPLE_KEYS if key in sample} for sample in kept]
    cell["samples"] = [sample for sample in kept if sample.get("units") and "makespan_ns" in sample]
    cell.pop("latency", None)
    return cell


def make_parser() -> Parser:
    """All options."""
    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="A concbench result in the JSON of another benchmark tool.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("file", metavar="FILE", help="result of concbench run (JSON); - is standard input")
    add("--format", action=Once, choices=list(FORMATS), required=True)
    add(
        "--entries",
        action=Once,
        choices=FORMATS["google-benchmark"].entries,
        default="all",
        help="google-benchmark: which entries of a cell; dashboards that draw each want one, such as median; default: all",
    )
    return parser


def notes_of(data: Dict[str, Any]) -> List[str]:
    """What the other formats cannot say."""
    notes = ["the result is %s" % text for test, text in FILE_NOTES if test(data)]
    for cell in data["cells"]:
        if is_not_ok(cell):
            notes.append("%s: %s" % (shorten(cell.get("id", "a cell without id")), shorten(cell["status"])))
    return notes


def main(words: Sequence[str]) -> None:
    """Writes the other format to standard output and what it cannot say to standard error."""
    arguments = make_parser().parse_args(words)
    chosen = FORMATS[arguments.format]
    if arguments.entries not in chosen.entries:
        raise UsageError("--entries: %s has one entry a cell" % arguments.format)
    data = load_all([arguments.file], with_times)[0].data
    # ASCII with escapes: no text in it can reach a terminal as control characters.
    cli.put(json.dumps(chosen.make(data, arguments.entries), indent=2, ensure_ascii=True, allow_nan=False) + "\n")
    for note in notes_of(data):
        complain(PROGRAM, "note: " + note)


def run(words: Sequence[str]) -> int:
    """The whole program; returns the exit status."""
    return cli.run(PROGRAM, main, words)
