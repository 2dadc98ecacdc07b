"""What `concbench analyze` says of result files, for report.py: the program is run once, on all of them."""

import os
import shutil
import subprocess
import tempfile
from typing import Any, Dict, Optional, Sequence

from .cli import UsageError
from .report_data import Report
from .result import InputError, parse_json
from .text import shorten

SCRIPTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PLACES = ("../build/concbench", "../../bin/concbench")  # from there: in the sources, installed
TIMEOUT_S = 600


def find_concbench(given: Optional[str]) -> Optional[str]:
    """The program: as given, else beside the sources, beside the installation, on PATH."""
    if given:
        if not (os.path.isfile(given) and os.access(given, os.X_OK)):
            raise UsageError("--concbench: %s is no program" % shorten(given))
        return given
    for place in PLACES:
        path = os.path.normpath(os.path.join(SCRIPTS, place))
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return shutil.which("concbench")


class Analysis:
    """A run of concbench analyze, which works while the caller reads the same files."""

    def __init__(self, program: Optional[str], paths: Sequence[str]) -> None:
        self.count = len(paths)
        self.reason = "" if program else "the program concbench was not found (--concbench=PATH)"
        self.output, self.errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        self.process: Optional[subprocess.Popen] = None
        if program is None:
            return
        words = [program, "analyze", "--json"] + [os.path.join(".", p) if p.startswith("-") else p for p in paths]
        try:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.errors)
        except OSError as error:
            self.reason = "%s cannot be run: %s" % (shorten(program), error.strerror)

    def close(self) -> None:
        """Ends it, if it still runs."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.output.close()
        self.errors.close()

    def wait(self) -> Optional[Dict[str, Any]]:
        """What it says; None where there is nothing, and reason says why."""
        if self.process is None:
            return None
        try:
            status = self.process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.reason = "concbench analyze took longer than %d s" % TIMEOUT_S
            return None
        if status:
            self.errors.seek(0)
            said = self.errors.read().decode("utf-8", "replace").strip().splitlines() or ["nothing"]
            self.reason = "concbench analyze ended with status %d: %s" % (status, shorten(said[-1]))
            return None
        self.output.seek(0)
        return self.parse(self.output.read())

    def parse(self, data: bytes) -> Optional[Dict[str, Any]]:
        """The JSON that it printed."""
        try:
            value = parse_json(data.decode("utf-8", "replace"))
        except InputError as error:
            self.reason = "what concbench analyze printed %s" % error
            return None
        if not isinstance(value, dict) or value.get("schema") != "concbench.analysis/1" or len(value.get("files", [])) != self.count:
            self.reason = "concbench analyze does not speak concbench.analysis/1"
            return None
        return value


def add_analysis(report: Report, analysis: Analysis) -> str:
    """Puts fits, losses and advice into the report; returns why there are none, if so."""
    value = analysis.wait()
    if value is None:
        return analysis.reason
    try:
        report.add_analysis(value)
    except (KeyError, TypeError, AttributeError):
        return "concbench analyze is of another version than this script"
    return ""
