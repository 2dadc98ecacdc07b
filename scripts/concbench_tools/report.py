"""report.py: one page of HTML from concbench results. See report_data.py for what is in it, report_page.py for how."""

import argparse
import contextlib
import gc
import os
import shutil
import stat
import sys
import tempfile
from typing import BinaryIO, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from . import cli
from .cli import Once, Parser, SaveError, UsageError, complain
from .report_analysis import Analysis, add_analysis, find_concbench
from .report_data import Report
from .report_page import CHARTJS_PACKAGE, load_library, make_page
from .report_take import take
from .result import InputError, Result, load, titles_of
from .text import shorten

PROGRAM = "report.py"


def spool(path: str) -> Optional[BinaryIO]:
    """A file with the content of standard input or a pipe, which can be read once only; None for regular files."""
    if path != "-" and stat.S_ISREG(os.stat(path).st_mode):
        return None
    copy = tempfile.NamedTemporaryFile(prefix="report-", suffix=".json")
    with open(0 if path == "-" else path, "rb", closefd=path != "-") as source:
        shutil.copyfileobj(source, copy)
    copy.flush()
    return copy


class Source(NamedTuple):
    """A file to read: as it was named, and where it can be read more than once."""

    name: str
    path: str


@contextlib.contextmanager
def named(name: str) -> Iterator[None]:
    """Puts the name of a file before what is wrong with it."""
    try:
        yield
    except OSError as error:
        raise InputError("%s: cannot be read: %s" % (shorten(name) or "(empty name)", error.strerror or error)) from None
    except InputError as error:
        raise InputError("%s: %s" % (shorten(name) or "(empty name)", shorten(str(error)))) from None


def source_of(name: str, stack: contextlib.ExitStack) -> Source:
    """The file, or its copy, which ends with the stack."""
    with named(name):
        copy = spool(name)
        return Source(name, stack.enter_context(copy).name if copy else name)


def read_all(sources: Sequence[Source]) -> List[Result]:
    """The results in all files."""
    results = []
    for source, title in zip(sources, titles_of([source.name for source in sources])):
        with named(source.name):
            results.append(Result(title, load(source.path, take)))
    return results


def make_parser() -> Parser:
    """All options."""
    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="One self-contained page of HTML from concbench results: scaling curves, where the speed-up went,\n"
        "latency, samples over time, advice, hosts, and the tables behind them. It opens offline.",
        epilog="Charts are drawn by Chart.js, which is copied into the page from the Debian package %s.\n"
        "exit status: 0 done, 2 usage or unreadable input, 7 the page could not be written" % CHARTJS_PACKAGE,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="result of concbench run (JSON); - is standard input")
    add("-o", "--output", action=Once, required=True, metavar="FILE", help="the page, replaced if it exists; - is standard output")
    add("--concbench", action=Once, metavar="PATH", help="program for fits, losses, advice; default: beside the script, on PATH")
    add("--no-analysis", action="store_true", help="leave those out")
    add("--chartjs", action=Once, metavar="FILE", help="Chart.js, version 3 or 4, minified; default: where packages put it")
    return parser


def save(text: str, path: str) -> None:
    """Writes the page; SaveError says why it could not."""
    data = text.encode("utf-8")
    if path == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        if os.path.exists(path) and not os.path.isfile(path):
            with open(path, "wb") as file:
                file.write(data)
        else:
            replace(os.path.realpath(path), data)
    except OSError as error:
        raise SaveError("%s: %s" % (shorten(path) or "(empty name)", error.strerror or error)) from None


def replace(path: str, data: bytes) -> None:
    """Writes a file in one step, so that a full disk leaves the old one."""
    number, name = tempfile.mkstemp(prefix=".report-", dir=os.path.dirname(path))
    try:
        with open(number, "wb") as file:
            file.write(data)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def make_report(arguments: argparse.Namespace, stack: contextlib.ExitStack) -> Tuple[Report, str]:
    """All that the page shows, and why there are no fits, losses and advice, where that is so."""
    program = None if arguments.no_analysis else find_concbench(arguments.concbench)
    sources = [source_of(name, stack) for name in arguments.files]
    if arguments.no_analysis:
        return Report(read_all(sources)), "they were not asked for"
    analysis = stack.enter_context(contextlib.closing(Analysis(program, [source.path for source in sources])))
    report = Report(read_all(sources))
    reason = add_analysis(report, analysis)
    if reason:
        complain(PROGRAM, "note: no fits, losses and advice: " + reason)
    return report, reason


def main(words: Sequence[str]) -> None:
    """Makes the page that was asked for."""
    arguments = make_parser().parse_args(words)
    if arguments.files.count("-") > 1:
        raise UsageError("standard input can be read once only")
    library = load_library(arguments.chartjs)
    gc.disable()  # nothing here has cycles; looking for them among millions of objects takes seconds
    with contextlib.ExitStack() as stack:
        report, reason = make_report(arguments, stack)
    save(make_page(report, library, reason), arguments.output)


def run(words: Sequence[str]) -> int:
    """The whole program; returns the exit status."""
    return cli.run(PROGRAM, main, words)
