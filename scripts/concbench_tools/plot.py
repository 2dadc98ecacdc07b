"""The command line of plot.py."""

import argparse
import os
import re
import shutil
import tempfile
from typing import Optional, Sequence, Tuple

from . import cli
from .cells import without_bulk
from .cli import Once, Parser, SaveError, UsageError, complain, name_list
from .figures import MEASURES, Figure, make_figure
from .gnuplot import Output, default_size, draw
from .notes import file_notes
from .result import load_all
from .text import printable, shorten

PROGRAM = "plot.py"
KINDS = ("svg", "png", "pdf")
TERMINAL_MAX = (400, 200)  # characters

EPILOG = """charts:
  speedup     times the serial rate, with intervals: curves per mode with the ideal line where a mode was
              measured with three worker counts or more, else bars side by side (default)
  rate        units per second, with intervals
  efficiency  speed-up per worker, with intervals
  latency     percentiles of single units, for each mode at its largest number of workers

exit status: 0 done, 2 usage, unreadable input or no gnuplot, 7 the picture could not be written"""


def size(text: str) -> Tuple[int, int]:
    """WIDTHxHEIGHT."""
    match = re.fullmatch(r"([1-9][0-9]{0,3})x([1-9][0-9]{0,3})", text)
    if not match:
        raise argparse.ArgumentTypeError("%s is not WIDTHxHEIGHT, such as 880x440" % (shorten(text) or "(empty)"))
    return int(match[1]), int(match[2])


def make_parser() -> Parser:
    """All options."""
    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Pictures of concbench results, drawn by gnuplot: for papers, pages and the terminal.",
        epilog=EPILOG,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="result of concbench run (JSON); - is standard input")
    add("-o", "--output", action=Once, metavar="PICTURE", help="file to write: .svg, .png or .pdf")
    add("--terminal", action="store_true", help="draw with characters on standard output, as large as the terminal")
    add("--chart", action=Once, choices=[measure.name for measure in MEASURES], help="what to draw; default: speedup, or rate")
    add("--style", action=Once, choices=["auto", "lines", "bars"], default="auto", help="default: by the number of worker counts")
    add("--workload", action=Once, type=name_list, metavar="LIST", help="only these workloads; default: all")
    add("--title", action=Once, metavar="TEXT", help="default: what is drawn, and the host")
    add("--size", action=Once, type=size, metavar="WIDTHxHEIGHT", help="pixels, or characters with --terminal")
    return parser


def output_kind(arguments: argparse.Namespace) -> str:
    """The picture's format by its name."""
    if arguments.terminal == (arguments.output is not None):
        raise UsageError("give either --output=PICTURE or --terminal; see %s --help" % PROGRAM)
    if arguments.terminal:
        return "dumb"
    ending = os.path.splitext(arguments.output)[1][1:].lower()
    if ending not in KINDS:
        raise UsageError("%s: the name must end in .svg, .png or .pdf" % (shorten(arguments.output) or "(empty name)"))
    return ending


def make_output(kind: str, wanted: Optional[Tuple[int, int]], figure: Figure) -> Output:
    """What to draw on, in the size that was asked for or that fits."""
    if kind != "dumb":
        return Output(kind, *(wanted or default_size(figure.panels)))
    columns, lines = wanted or shutil.get_terminal_size((100, 30))
    return Output(kind, *(max(least, min(most, have)) for least, most, have in zip((40, 12), TERMINAL_MAX, (columns, lines - 1))))


def save(path: str, data: bytes) -> None:
    """Writes the whole file or leaves the old one."""
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path) or ".", prefix=".plot-", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except OSError as error:
        if temporary and os.path.exists(temporary):
            os.unlink(temporary)
        raise SaveError("%s: %s" % (shorten(path), error.strerror or error)) from None


def main(words: Sequence[str]) -> None:
    """Draws the picture; what it cannot show is noted on standard error."""
    arguments = make_parser().parse_args(words)
    kind = output_kind(arguments)
    results = load_all(arguments.files, without_bulk)
    figure = make_figure(results, arguments.chart, arguments.style, arguments.workload, arguments.title)
    picture = draw(figure, make_output(kind, arguments.size, figure))
    if kind == "dumb":
        cli.put(figure.title + "\n" + printable(picture.decode("utf-8", "replace"), keep="\n"))
    else:
        save(arguments.output, picture)
    for note in file_notes(results):
        complain(PROGRAM, "note: " + note)


def run(words: Sequence[str]) -> int:
    """The whole program; returns the exit status."""
    return cli.run(PROGRAM, main, words)


