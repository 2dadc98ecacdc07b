#!/usr/bin/env python3
"""Tables from concbench results: aligned text, Markdown or CSV, one file or several side by side.

Reads only the JSON of schema concbench.result/1 and needs only Python's standard library. The order of
work is load > rows > columns > render: a file is checked once, where it is read, and everything behind
that may trust the types. One table, COLUMNS, says what a column is called, what it means, where its
number comes from and how people read it; options, help, sorting and all three formats follow from it.
It is one file, so that it can be copied to wherever results are.
"""

import argparse
import difflib
import errno
import json
import math
import os
import re
import statistics
import sys
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

PROGRAM = "table.py"
SCHEMA = "concbench.result/1"

EXIT_USAGE = 2  # usage or unreadable input
EXIT_SAVE = 7  # the table could not be written
EXIT_SIGINT = 128 + 2
EXIT_SIGPIPE = 128 + 13

MAX_FILE_BYTES = 256 << 20
MAX_DIGITS = 40  # of a whole number: 2^64 has 20
MAX_SHOWN = 256  # characters of a text in a table or message
MAX_CSV = 32767  # characters of a CSV field: what spreadsheets take

# When numbers are flagged; the same as in the table of concbench run.
SUPERLINEAR = 1.05  # a speed-up above this many times the workers
QUEUED_SHARE = 0.03  # of their time that workers queued for a CPU of their own
CLOCK_READS = 100  # a makespan shorter than this many reads of the clock
LOAD_QUEUED = 0.05  # of their time that workers queued, for whatever reason
LOAD_SWITCHES = 10000  # context switches a second on a CPU: about 1 % of its time


class InputError(Exception):
    """A file that cannot be used; the text says why, without the file's name."""


class UsageError(Exception):
    """A command line that cannot be obeyed."""


# ---- safe text ---------------------------------------------------------------------------------------


def shorten(text: str, limit: int = MAX_SHOWN) -> str:
    """The text, cut to limit characters with dots at the cut."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def printable(text: str, keep: str = "") -> str:
    """The text with control, direction and other invisible characters, but those in keep, as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else ascii(c)[1:-1] for c in text)


def shown(text: str) -> str:
    """A text from outside, safe and short enough for people's terminals."""
    return printable(shorten(text))


MARKDOWN_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# An underscore inside a word is no emphasis and stays readable.
MARKDOWN_SPECIAL = re.compile(r"[\\|`*\[\]~&<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def markdown(text: str) -> str:
    """The text for a Markdown table cell, as literal characters."""
    return MARKDOWN_SPECIAL.sub(lambda m: MARKDOWN_ENTITIES.get(m[0], "\\" + m[0]), text)


def csv_text(text: str) -> str:
    """A text field that no spreadsheet takes for a formula."""
    text = printable(shorten(text, MAX_CSV), keep="\t\r\n")
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# ---- numbers for people ------------------------------------------------------------------------------


def three_digits(value: float) -> str:
    """The value with three significant digits at most."""
    size = abs(value)
    if size != 0 and (size < 1 or size >= 1e6):
        return "%.3g" % value
    text = "%.*f" % (2 if size < 9.995 else 1 if size < 99.95 else 0, value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def significant(value: float, digits: int) -> str:
    """The value in fixed notation with that many significant digits, its zeros included."""
    before = math.floor(math.log10(value * (1 + 0.5 * 10**-digits))) + 1 if value > 0 else 1
    return "%.*f" % (min(max(digits - before, 0), 9), value)


Scale = Sequence[Tuple[float, str]]
RATE_SCALE: Scale = ((1, "/s"), (1e3, "k/s"), (1e6, "M/s"), (1e9, "G/s"), (1e12, "T/s"))
TIME_SCALE: Scale = ((1, "ns"), (1e3, "us"), (1e6, "ms"), (1e9, "s"))
SIZE_SCALE: Scale = ((1, "B"), (1 << 10, "KiB"), (1 << 20, "MiB"), (1 << 30, "GiB"), (1 << 40, "TiB"))
FIXED_MAX = 1e16  # numbers from here on in exponential notation


def pick_unit(value: float, scale: Scale, digits: int) -> Tuple[float, str]:
    """The largest unit in which the value, once rounded, is at least 1; the smallest for little values."""
    chosen = scale[0]
    for row in scale:
        if value * (1 + 0.5 * 10**-digits) >= row[0]:
            chosen = row
    return chosen


def with_unit(scale: Scale, digits: int) -> Callable[[float], str]:
    """A formatter of values of at least 0 in the scale's unit, as concbench itself writes them."""

    def format_value(value: float) -> str:
        factor, unit = pick_unit(value, scale, digits)
        if value >= FIXED_MAX * scale[-1][0]:
            return "%.3e%s" % (value / factor, unit)
        if factor == 1 and value == math.floor(value):
            return "%d%s" % (value, unit)
        return significant(value / factor, digits) + unit

    return format_value


def percent(share: float) -> str:
    """A share of 1 as a percentage: two significant digits below 10 %, else none behind the point."""
    size = abs(share) * 100
    if size >= FIXED_MAX:
        return "%.3e%%" % (share * 100)
    return "%.*f%%" % (0 if size >= 9.95 else 1 if size >= 0.05 or size == 0 else 2, share * 100)


def factor_text(value: float) -> str:
    """A ratio."""
    return "%.2fx" % value if value < FIXED_MAX else "%.3ex" % value


class Kind(NamedTuple):
    """How values of a column are shown to people; CSV always has them raw."""

    numeric: bool
    human: Callable[[Any], str]


TEXT = Kind(False, str)
FLAG = Kind(False, lambda value: "yes" if value else "no")
COUNT = Kind(True, lambda value: str(value) if isinstance(value, int) else three_digits(value))
NUMBER = Kind(True, three_digits)
RATE = Kind(True, with_unit(RATE_SCALE, 4))
TIME = Kind(True, with_unit(TIME_SCALE, 3))
SIZE = Kind(True, with_unit(SIZE_SCALE, 3))
SHARE = Kind(True, percent)
FACTOR = Kind(True, factor_text)


def divide(a: Optional[float], b: Optional[float]) -> Optional[float]:
    """a / b, or None where that is no finite number."""
    if a is None or not b:
        return None
    quotient = a / b
    return quotient if math.isfinite(quotient) else None


# ---- loading and checking ----------------------------------------------------------------------------


def is_number(value: Any) -> bool:
    """Whether a JSON value is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_file(value: Any) -> bool:
    """Whether a JSON value describes a file that a parameter names: path, size, checksum."""
    return isinstance(value, dict) and isinstance(value.get("path"), str)


class Leaf(NamedTuple):
    """A plain JSON value: what it has to be, in words and as a test."""

    words: str
    test: Callable[[Any], bool]


class MapOf(NamedTuple):
    """A JSON object with any keys and values of one shape."""

    shape: Any


WORD = Leaf("text", lambda v: isinstance(v, str))
BOOL = Leaf("true or false", lambda v: isinstance(v, bool))
REAL = Leaf("a number", is_number)
AMOUNT = Leaf("a number of at least 0", lambda v: is_number(v) and v >= 0)
WHOLE = Leaf("a whole number of at least 0", lambda v: is_number(v) and isinstance(v, int) and v >= 0)
SCALAR = Leaf("text, a number or true or false", lambda v: isinstance(v, (str, bool)) or is_number(v))
PARAM = Leaf("text, a number, true, false or a file", lambda v: SCALAR.test(v) or is_file(v))

ESTIMATE = {"median": AMOUNT, "ci_low": AMOUNT, "ci_high": AMOUNT}
SAMPLE_MEDIANS = ("makespan_ns", "spawn_ns", "teardown_ns", "start_skew_ns", "pss_bytes", "capacity")
SAMPLE = {"discarded": BOOL, "metrics": MapOf(REAL), "notes": MapOf(SCALAR), **{key: AMOUNT for key in SAMPLE_MEDIANS}}
FAULT = {"n": WHOLE, "lost": ESTIMATE, "notice_ns": ESTIMATE, "survivors": AMOUNT, "noticed_by": WORD}
LATENCY = {key: AMOUNT for key in ("count", "p50_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns")}
PRICE = {**ESTIMATE, "metric": WORD, "unit": WORD, "ratio": {**ESTIMATE, "versus": WORD}}
SUMMARY = {
    "n": WHOLE,
    "units_per_s": ESTIMATE,
    "ns_per_unit": ESTIMATE,
    "speedup": ESTIMATE,
    "efficiency": AMOUNT,
    "on_cpu": AMOUNT,
    "effective_cores": AMOUNT,
    "bound": WORD,
    "capacity_low": BOOL,
    "superlinear": BOOL,
    "precision_reached": BOOL,
    "short": BOOL,
    "open_loop": {"overloaded": BOOL},
    "run_delay_ns": AMOUNT,
    "ctx_voluntary": AMOUNT,
    "ctx_involuntary": AMOUNT,
    "throttled": AMOUNT,
    "metrics": MapOf(REAL),
    "price": PRICE,
    "finding": WORD,
    **{key: AMOUNT for key in SAMPLE_MEDIANS},
}
CELL = {
    **{key: WORD for key in ("id", "workload", "class", "mode", "dispatch", "pin", "status", "reason")},
    **{key: WHOLE for key in ("workload_version", "workers", "processes", "threads", "inflight", "units", "waves", "partners")},
    "batch": SCALAR,
    "params": MapOf(PARAM),
    "cpus": [WHOLE],
    "oversubscribed": BOOL,
    "samples": [SAMPLE],
    "latency": LATENCY,
    "fault": FAULT,
    "summary": SUMMARY,
}
RESULT = {
    "partial": BOOL,
    "quick": BOOL,
    "scaling": WORD,
    "started": WORD,
    "tool": {"version": WORD, "revision": WORD},
    "host": {"fingerprint": WORD, "clock_ns": AMOUNT},
    "options": {"samples": WHOLE, "allow_unverified": BOOL, "fault": {"how": WORD, "worker": WHOLE, "after": AMOUNT}},
    "labels": MapOf(SCALAR),
    "cells": [CELL],
}


def check(value: Any, shape: Any, where: str) -> None:
    """Refuses a value that has not its shape. Keys may be absent; keys that no column reads are not looked at."""
    if isinstance(shape, Leaf):
        if not shape.test(value):
            raise InputError("%s is not %s" % (where, shape.words))
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise InputError("%s is not a list" % where)
        for number, item in enumerate(value):
            check(item, shape[0], "%s[%d]" % (where, number))
    elif not isinstance(value, dict):
        raise InputError("%s is not an object" % where)
    else:
        for name, item in value.items():
            inner = shape.shape if isinstance(shape, MapOf) else shape.get(name)
            if inner is not None:
                check(item, inner, "%s.%s" % (where, name) if where else name)


def refuse_duplicates(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """An object's pairs as a dict, provided that no key comes twice."""
    result: Dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise InputError('the key "%s" comes twice in an object' % shorten(name))
        result[name] = value
    return result


def refuse_constant(text: str) -> None:
    """Python's parser would take NaN and Infinity, which JSON has not."""
    raise InputError("%s is not a JSON number" % text)


def parse_whole(text: str) -> int:
    """A whole number, unless it is longer than any that concbench writes."""
    if len(text) > MAX_DIGITS:
        raise InputError("a number of %d digits is out of range" % len(text.lstrip("-")))
    return int(text)


def parse_real(text: str) -> float:
    """A number with fraction or exponent that a double can hold."""
    value = float(text)
    if not math.isfinite(value):
        raise InputError("the number %s is out of range" % shorten(text, 40))
    return value


def describe_json_error(text: str, error: json.JSONDecodeError) -> str:
    """Why a text is no JSON; a text that just ends too soon is called truncated."""
    if not text.strip():
        return "is empty"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return "is truncated: the JSON ends too soon, at line %d" % (text.rstrip().count("\n") + 1)
    return "is not JSON: %s at line %d, column %d" % (error.msg, error.lineno, error.colno)


def parse_json(text: str) -> Any:
    """The JSON value of a text; InputError for everything that is no plain, bounded JSON."""
    try:
        return json.loads(
            text,
            object_pairs_hook=refuse_duplicates,
            parse_constant=refuse_constant,
            parse_int=parse_whole,
            parse_float=parse_real,
        )
    except json.JSONDecodeError as error:
        raise InputError(describe_json_error(text, error)) from None
    except RecursionError:
        raise InputError("is nested too deeply") from None


def read_text(path: str) -> str:
    """The file's text, or standard input's for "-"."""
    try:
        with open(0 if path == "-" else path, "rb", closefd=path != "-") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InputError("cannot be read: %s" % (error.strerror or error)) from None
    if len(data) > MAX_FILE_BYTES:
        raise InputError("is larger than %d MiB" % (MAX_FILE_BYTES >> 20))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text: bad byte at offset %d" % error.start) from None


def check_schema(value: Any) -> None:
    """Refuses what is no result of the one schema that is understood here."""
    if not isinstance(value, dict) or "schema" not in value:
        raise InputError('is not a concbench result: it has no "schema"')
    if value["schema"] != SCHEMA:
        name = value["schema"] if isinstance(value["schema"], str) else "(not text)"
        raise InputError("has the schema %s; this script reads %s" % (shorten(name, 60), SCHEMA))
    if "cells" not in value:
        raise InputError("has no cells")


def check_ids(cells: List[Dict[str, Any]]) -> None:
    """Refuses an id that stands for two cells: they could not be matched."""
    seen = set()
    for cell in cells:
        name = cell.get("id")
        if name is not None and name in seen:
            raise InputError("the cell id %s comes twice" % shorten(name))
        seen.add(name)


class Result(NamedTuple):
    """One file: the name it has in the table, and its checked JSON."""

    title: str
    data: Dict[str, Any]


def load(path: str) -> Dict[str, Any]:
    """A result file's JSON, checked."""
    try:
        value = parse_json(read_text(path))
    except MemoryError:
        raise InputError("is too large for this machine's memory") from None
    check_schema(value)
    check(value, RESULT, "")
    check_ids(value["cells"])
    return value


def titles_of(paths: Sequence[str]) -> List[str]:
    """A short name for each file: as much of its path's end as tells it from the others, a number for equal paths."""
    stems = [re.sub(r"\.json$", "", path) for path in paths]
    parts = [stem.split("/") for stem in stems]
    depths = [1] * len(paths)
    titles = [os.path.basename(stem) or path for stem, path in zip(stems, paths)]

    def is_unclear(i: int) -> bool:
        return any(titles[i] == titles[j] and stems[i] != stems[j] for j in range(len(paths)))

    while True:
        longer = [i for i in range(len(paths)) if is_unclear(i) and depths[i] < len(parts[i])]
        if not longer:
            break
        for i in longer:
            depths[i] += 1
            titles[i] = "/".join(parts[i][-depths[i] :])
    return ["%s #%d" % (t, n) if titles.count(t) > 1 else t for n, t in enumerate(titles, 1)]


# ---- columns -----------------------------------------------------------------------------------------


class Entry(NamedTuple):
    """One cell of one file, and the same cell of the first file where that has it."""

    result: Result
    cell: Dict[str, Any]
    first: Optional[Dict[str, Any]]


Getter = Callable[[Entry], Any]


def from_cell(*path: str) -> Getter:
    """Getter of a value in the cell's JSON by the keys that lead to it."""

    def get(entry: Entry) -> Any:
        return lookup(entry.cell, path)

    return get


def lookup(value: Any, path: Sequence[str]) -> Any:
    """The value behind a path of keys, None where one is absent."""
    for name in path:
        if name not in value:
            return None
        value = value[name]
    return value


def from_file(*path: str) -> Getter:
    """Getter of a value that belongs to the whole file."""
    return lambda entry: lookup(entry.result.data, path)


def median_over_samples(cell: Dict[str, Any], *path: str) -> Optional[float]:
    """The summary's median, else the median over the samples that count."""
    ready = lookup(cell, ("summary",) + path)
    if ready is not None:
        return ready
    kept = [sample for sample in cell.get("samples", []) if not sample.get("discarded", False)]
    values = [value for value in (lookup(sample, path) for sample in kept) if value is not None]
    return statistics.median(values) if values else None


def median(*path: str) -> Getter:
    """Getter of a median over samples."""
    return lambda entry: median_over_samples(entry.cell, *path)


def scalar(value: Any) -> Any:
    """A parameter or label to show: files by path, truth values as words; numbers stay, so that they sort."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value["path"] if isinstance(value, dict) else value


def typed(value: Any) -> str:
    """A parameter's value as it would be typed: `,` `:` and `\\` are escaped by `\\`."""
    return re.sub(r"([,:\\])", r"\\\1", str(scalar(value)))


def params_text(entry: Entry) -> Optional[str]:
    """All parameters as name=value,name=value."""
    params = entry.cell.get("params")
    if not params:
        return None
    return ",".join("%s=%s" % (name, typed(value)) for name, value in params.items())


def cpus_text(entry: Entry) -> Optional[str]:
    """The CPUs as a list with commas."""
    return ",".join(str(cpu) for cpu in entry.cell["cpus"]) if entry.cell.get("cpus") else None


RATE_PATH = ("summary", "units_per_s", "median")


def rate_ratio(entry: Entry) -> Optional[float]:
    """Rate over the first file's; none of failed cells or between versions of a workload, whose units differ."""
    if entry.first is None or versions_differ(entry) or is_not_ok(entry.cell) or is_not_ok(entry.first):
        return None
    return divide(lookup(entry.cell, RATE_PATH), lookup(entry.first, RATE_PATH))


def versions_differ(entry: Entry) -> bool:
    """Whether the first file's cell did other work under the same name."""
    versions = [cell.get("workload_version") for cell in (entry.cell, entry.first or {})]
    return None not in versions and versions[0] != versions[1]


def ratio_estimate(entry: Entry) -> Optional[Dict[str, float]]:
    """The ratio with the widest interval that those of the two rates allow: files have no blocks in common."""
    ratio = rate_ratio(entry)
    rates = [lookup(cell, RATE_PATH[:-1]) or {} for cell in (entry.cell, entry.first or {})]
    low = divide(rates[0].get("ci_low"), rates[1].get("ci_high"))
    high = divide(rates[0].get("ci_high"), rates[1].get("ci_low"))
    return None if None in (ratio, low, high) else {"median": ratio, "ci_low": low, "ci_high": high}


# ---- marks -------------------------------------------------------------------------------------------


def is_oversubscribed(entry: Entry) -> bool:
    """Whether there are more workers than CPUs."""
    return entry.cell.get("oversubscribed", False)


def is_imprecise(entry: Entry) -> bool:
    """Whether the run stopped before the precision it was to reach."""
    exact = lookup(entry.result.data, ("options", "samples")) is not None
    return not exact and lookup(entry.cell, ("summary", "precision_reached")) is False


def is_short(entry: Entry) -> bool:
    """Whether the clock is too coarse for the samples."""
    makespan, clock = lookup(entry.cell, ("summary", "makespan_ns")), lookup(entry.result.data, ("host", "clock_ns"))
    return None not in (makespan, clock) and makespan < CLOCK_READS * clock


def is_brief(entry: Entry) -> bool:
    """Whether samples are shorter than they should be, though nobody asked for that."""
    return bool(lookup(entry.cell, ("summary", "short")))


def is_overloaded(entry: Entry) -> bool:
    """Whether units of an open loop arrived faster than they were done."""
    return bool(lookup(entry.cell, ("summary", "open_loop", "overloaded")))


def is_queued(entry: Entry) -> bool:
    """Whether workers queued although each had a CPU of its own."""
    cell = entry.cell
    delay, makespan = (lookup(cell, ("summary", key)) for key in ("run_delay_ns", "makespan_ns"))
    workers, cpus = cell.get("workers"), len(set(cell.get("cpus", [])))
    if None in (delay, makespan, workers) or cell.get("partners", 0) or is_oversubscribed(entry) or is_short(entry):
        return False
    return (not cpus or workers <= cpus) and delay > QUEUED_SHARE * makespan * workers


def queued(entry: Entry) -> Optional[float]:
    """Share of the workers' time that they were ready to run and did not."""
    delay, makespan = (lookup(entry.cell, ("summary", key)) for key in ("run_delay_ns", "makespan_ns"))
    if None in (delay, makespan) or is_short(entry):
        return None
    return divide(delay, makespan * entry.cell.get("workers", 1))


def switches(entry: Entry) -> Optional[float]:
    """Context switches per second, of all workers together."""
    keys = ("ctx_voluntary", "ctx_involuntary", "makespan_ns")
    voluntary, involuntary, makespan = (lookup(entry.cell, ("summary", key)) for key in keys)
    if None in (voluntary, involuntary) or is_short(entry):
        return None
    per_ns = divide(voluntary + involuntary, makespan)
    return None if per_ns is None else per_ns * 1e9


def throttled(entry: Entry) -> Optional[float]:
    """Share of the time of the CPUs in use that a quota took away."""
    return None if is_short(entry) else lookup(entry.cell, ("summary", "throttled"))


def is_queued_much(entry: Entry) -> bool:
    """Whether queueing matters."""
    return (queued(entry) or 0) > LOAD_QUEUED


def is_switched_much(entry: Entry) -> bool:
    """Whether context switches matter: for what they take, or as workers queue."""
    cpus = len(set(entry.cell.get("cpus", []))) or 1
    most = LOAD_SWITCHES * min(cpus, entry.cell.get("workers", 1))
    return (switches(entry) or 0) > most or is_queued_much(entry)


def is_throttled(entry: Entry) -> bool:
    """Whether a quota stopped the workers."""
    return (throttled(entry) or 0) > 0


# Columns that are shown unasked where they matter for some cell.
LOADS: Sequence[Tuple[str, Callable[[Entry], bool]]] = (
    ("queued", is_queued_much),
    ("switches", is_switched_much),
    ("throttled", is_throttled),
)


def is_unverified(entry: Entry) -> bool:
    """Whether nothing could check that a device's work reached it."""
    if entry.cell.get("class") != "device" or not lookup(entry.result.data, ("options", "allow_unverified")):
        return False
    notes = [sample.get("notes", {}) for sample in entry.cell.get("samples", [])]
    return not notes or notes[0].get("file_system", "unverified") == "unverified"


def is_collapsing(entry: Entry) -> bool:
    """Whether its workload notes a spin lock that serves in the order of arrival to more workers than CPUs."""
    return any("fifo_spin_lock" in sample.get("notes", {}) for sample in entry.cell.get("samples", []))


def is_superlinear(entry: Entry) -> bool:
    """Whether a speed-up is more than the workers can explain, by its lower bound where it has one."""
    told = lookup(entry.cell, ("summary", "superlinear"))
    speedup, workers = lookup(entry.cell, ("summary", "speedup")) or {}, entry.cell.get("workers")
    least = speedup.get("ci_low", speedup.get("median"))
    if told is not None or None in (least, workers):
        return bool(told)
    return least > SUPERLINEAR * workers


def is_capacity_low(entry: Entry) -> bool:
    """Whether the host gave less than the CPUs it promised while a speed-up was measured."""
    return speedup_of("median")(entry) is not None and bool(lookup(entry.cell, ("summary", "capacity_low")))


def is_of_other_class(entry: Entry) -> bool:
    """Whether it was bound by something else than the workload declares."""
    bound, declared = lookup(entry.cell, ("summary", "bound")), entry.cell.get("class")
    return None not in (bound, declared) and bound != declared and not is_short(entry)


class Mark(NamedTuple):
    """A sign behind the values of a column, as in the table of concbench run."""

    column: str
    sign: str
    test: Callable[[Entry], bool]
    text: str


MARKS: Sequence[Mark] = (
    Mark("workers", "*", is_oversubscribed, "more workers than usable CPUs"),
    Mark("rate", "?", is_imprecise, "the precision asked for was not reached"),
    Mark("rate", "^", is_queued, "workers queued for a CPU although there was one for each: something else ran there"),
    Mark("rate", "#", is_short, "samples too short for the clock: ask for more --units"),
    Mark("rate", "<", is_brief, "samples shorter than 100 ms: the workload has no more units"),
    Mark("rate", "&", is_unverified, "not verified: whether it reached the device could not be checked there"),
    Mark("rate", ">", is_overloaded, "units arrived faster than they were done: response times only grow while the sample lasts"),
    Mark("rate", "%", is_collapsing, "a spin lock that serves in the order of arrival, with more workers than CPUs: it collapses"),
    Mark("speedup", "!", is_superlinear, "more than 1.05 x the workers: look for what changed besides them"),
    Mark("speedup", "~", is_capacity_low, "the host gave clearly less than its CPUs while this was measured"),
)


def marks_of(column: str, entry: Entry) -> str:
    """The signs that stand behind a value."""
    return "".join(mark.sign for mark in MARKS if mark.column == column and mark.test(entry))


# ---- values that need more than a path ---------------------------------------------------------------


def is_base(cell: Dict[str, Any]) -> bool:
    """Whether it is the cell that speed-ups are against: its own is 1 and says nothing."""
    return cell.get("mode") == "serial" and lookup(cell, SPEEDUP_PATH + ("median",)) == 1


def speedup_of(key: str) -> Getter:
    """Getter of a number of the speed-up."""
    return lambda entry: None if is_base(entry.cell) else lookup(entry.cell, SPEEDUP_PATH + (key,))


def efficiency(entry: Entry) -> Optional[float]:
    """Speed-up for each worker."""
    return None if is_base(entry.cell) else lookup(entry.cell, ("summary", "efficiency"))


def unless_short(key: str) -> Getter:
    """Getter of a number of the summary that is nonsense where the clock could not measure the samples."""
    return lambda entry: None if is_short(entry) else lookup(entry.cell, ("summary", key))


def workers_text(entry: Entry) -> str:
    """Workers as PxT where processes run threads."""
    processes, threads = entry.cell.get("processes", 1), entry.cell.get("threads", 1)
    return "%dx%d" % (processes, threads) if processes > 1 and threads > 1 else str(entry.cell["workers"])


def bound_text(entry: Entry) -> str:
    """What bounds it, with the declared class where that is another."""
    bound = lookup(entry.cell, ("summary", "bound"))
    return shown("%s [%s]" % (bound, entry.cell["class"]) if is_of_other_class(entry) else bound)


PRICE_PATH = ("summary", "price")


def price_text(entry: Entry) -> str:
    """The price with the unit of its metric, times in the unit that suits them."""
    price = lookup(entry.cell, PRICE_PATH)
    if price.get("unit") == "ns" and price["median"] >= 1:
        return TIME.human(price["median"])
    return three_digits(price["median"]) + shown(price.get("unit", ""))


class Column(NamedTuple):
    """A column: its name in --columns, how its value is got and shown, and its line in --help."""

    name: str
    kind: Kind
    get: Getter
    help: str
    shared: bool = False  # says which cell it is: shown once for all files
    interval: Optional[Getter] = None  # of the estimate with ci_low and ci_high
    text: Optional[Callable[[Entry], str]] = None  # for people, where the kind's is not enough


SPEEDUP_PATH = ("summary", "speedup")

COLUMNS: Sequence[Column] = (
    Column("id", TEXT, from_cell("id"), "the cell's name, unique in a file; files are matched by it", shared=True),
    Column("workload", TEXT, from_cell("workload"), "name of the workload", shared=True),
    Column("version", COUNT, from_cell("workload_version"), "version of the workload"),
    Column("class", TEXT, from_cell("class"), "what the workload is declared to be bound by", shared=True),
    Column("params", TEXT, params_text, "all parameters, name=value,...", shared=True),
    Column("mode", TEXT, from_cell("mode"), "serial, processes, threads, hybrid, async", shared=True),
    Column("dispatch", TEXT, from_cell("dispatch"), "how units reach workers", shared=True),
    Column("workers", COUNT, from_cell("workers"), "concurrent executors of units", shared=True, text=workers_text),
    Column("processes", COUNT, from_cell("processes"), "processes among them", shared=True),
    Column("threads", COUNT, from_cell("threads"), "threads in each process", shared=True),
    Column("inflight", COUNT, from_cell("inflight"), "units in flight for each loop", shared=True),
    Column("pin", TEXT, from_cell("pin"), "placement of the workers", shared=True),
    Column("cpus", TEXT, cpus_text, "CPUs that were used"),
    Column("oversubscribed", FLAG, from_cell("oversubscribed"), "more workers than CPUs"),
    Column("status", TEXT, from_cell("status"), "ok, skipped, failed, crashed, ..."),
    Column("n", COUNT, from_cell("summary", "n"), "samples that count"),
    Column("units", COUNT, from_cell("units"), "units of work in a sample"),
    Column("waves", COUNT, from_cell("waves"), "units / workers, rounded up, where units are few"),
    Column(
        "rate",
        RATE,
        from_cell(*RATE_PATH),
        "units per second, with its interval",
        interval=from_cell(*RATE_PATH[:-1]),
    ),
    Column("rate_low", RATE, from_cell("summary", "units_per_s", "ci_low"), "lower end of the rate's interval"),
    Column("rate_high", RATE, from_cell("summary", "units_per_s", "ci_high"), "upper end of the rate's interval"),
    Column(
        "ratio",
        FACTOR,
        rate_ratio,
        "rate over the first file's (several files only), with the ends of both intervals",
        interval=ratio_estimate,
    ),
    Column("ns_per_unit", TIME, from_cell("summary", "ns_per_unit", "median"), "time per unit: median, ns in CSV"),
    Column(
        "speedup",
        FACTOR,
        speedup_of("median"),
        "rate over the serial cell's, with its interval",
        interval=from_cell(*SPEEDUP_PATH),
    ),
    Column("speedup_low", FACTOR, speedup_of("ci_low"), "lower end of the speed-up's interval"),
    Column("speedup_high", FACTOR, speedup_of("ci_high"), "upper end of the speed-up's interval"),
    Column("efficiency", SHARE, efficiency, "speed-up per worker"),
    Column("on_cpu", SHARE, unless_short("on_cpu"), "CPU time / (makespan x workers)"),
    Column("queued", SHARE, queued, "time that workers were ready to run and did not: share of theirs"),
    Column("switches", RATE, switches, "context switches per second, of all workers together"),
    Column("throttled", SHARE, throttled, "time that a quota took of the CPUs in use: share of theirs"),
    Column("effective_cores", NUMBER, unless_short("effective_cores"), "CPU time / makespan"),
    Column("capacity", NUMBER, median("capacity"), "what the CPUs in use gave over one, by the probe: median"),
    Column("memory", SIZE, median("pss_bytes"), "proportional set size: median, bytes in CSV"),
    Column("p50", TIME, from_cell("latency", "p50_ns"), "latency of a unit, median; ns in CSV"),
    Column("p90", TIME, from_cell("latency", "p90_ns"), "latency, 90th percentile"),
    Column("p99", TIME, from_cell("latency", "p99_ns"), "latency, 99th percentile"),
    Column("p999", TIME, from_cell("latency", "p999_ns"), "latency, 99.9th percentile"),
    Column("max", TIME, from_cell("latency", "max_ns"), "latency, longest"),
    Column("makespan", TIME, median("makespan_ns"), "first worker's start to last one's end: median"),
    Column("skew", TIME, median("start_skew_ns"), "first worker's start to last one's start: median"),
    Column("spawn", TIME, median("spawn_ns"), "creating the workers: median"),
    Column("teardown", TIME, median("teardown_ns"), "ending the workers: median"),
    Column("bound", TEXT, unless_short("bound"), "what was measured to bound it", text=bound_text),
    Column("fault", TEXT, from_file("options", "fault", "how"), "what went wrong on purpose: crash, kill, hang, exit"),
    Column("lost", SHARE, from_cell("fault", "lost", "median"), "units whose results a fault cost: median share"),
    Column("survivors", COUNT, from_cell("fault", "survivors"), "workers that a fault left: median"),
    Column(
        "noticed",
        TIME,
        from_cell("fault", "notice_ns", "median"),
        "from a fault to when it was known: median",
        interval=from_cell("fault", "notice_ns"),
    ),
    Column("noticed_by", TEXT, from_cell("fault", "noticed_by"), "who knew first: leader, harness, deadline, watchdog"),
    Column(
        "price",
        NUMBER,
        from_cell(*PRICE_PATH, "median"),
        "the metric that the workload declares as its price, such as ns per increment",
        text=price_text,
    ),
    Column("price_metric", TEXT, from_cell(*PRICE_PATH, "metric"), "which metric that is"),
    Column(
        "price_ratio",
        FACTOR,
        from_cell(*PRICE_PATH, "ratio", "median"),
        "price over that of the cell it is compared with, of another group: with the ends of both intervals",
        interval=from_cell(*PRICE_PATH, "ratio"),
    ),
    Column("price_versus", TEXT, from_cell(*PRICE_PATH, "ratio", "versus"), "the id of that cell"),
    Column("finding", TEXT, from_cell("summary", "finding"), "what the workload found, as a sentence"),
    Column("reason", TEXT, from_cell("reason"), "why the status is not ok"),
    Column("partial", FLAG, from_file("partial"), "the file's run was not finished"),
    Column("quick", FLAG, from_file("quick"), "the file's run was a quick one"),
    Column("started", TEXT, from_file("started"), "when the file's run began"),
)
COLUMN_BY_NAME = {column.name: column for column in COLUMNS}


def param_column(name: str) -> Column:
    """One parameter of the workload."""
    get = from_cell("params", name)
    return Column("param:" + name, TEXT, lambda entry: scalar(get(entry)), "", shared=True)


def label_column(name: str) -> Column:
    """One label of the run."""
    get = from_file("labels", name)
    return Column("label:" + name, TEXT, lambda entry: scalar(get(entry)), "")


def metric_column(name: str) -> Column:
    """One number that the workload itself reports, as the median over samples."""
    return Column("metric:" + name, NUMBER, median("metrics", name), "")


def param_names(data: Dict[str, Any]) -> Set[str]:
    """All parameters in a file."""
    return {name for cell in data["cells"] for name in cell.get("params", {})}


def metric_names(data: Dict[str, Any]) -> Set[str]:
    """All metrics in a file."""
    parts = [part for cell in data["cells"] for part in [cell.get("summary", {})] + cell.get("samples", [])]
    return {name for part in parts for name in part.get("metrics", {})}


def label_names(data: Dict[str, Any]) -> Set[str]:
    """All labels of a file."""
    return set(data.get("labels", {}))


class Family(NamedTuple):
    """Columns made by name, PREFIX:NAME, where NAME stands in some file."""

    make: Callable[[str], Column]
    names: Callable[[Dict[str, Any]], Set[str]]
    help: str


FAMILIES: Dict[str, Family] = {
    "param": Family(param_column, param_names, "one parameter of the workload"),
    "metric": Family(metric_column, metric_names, "a number the workload reports: median"),
    "label": Family(label_column, label_names, "a label of the run (--label)"),
}


def unknown(what: str, word: str, known: Sequence[str]) -> UsageError:
    """The error for a name that does not exist, with the nearest that does."""
    near = difflib.get_close_matches(shorten(word), known, 1)
    hint = "did you mean %s?" % shorten(near[0]) if near else "known: %s" % (", ".join(known) or "none")
    return UsageError("%s: no such %s; %s" % (shorten(word), what, hint))


def find_column(name: str, results: Sequence[Result]) -> Column:
    """The column of a name from the command line."""
    prefix, colon, rest = name.partition(":")
    if colon and prefix in FAMILIES:
        family = FAMILIES[prefix]
        known = sorted(set().union(*(family.names(result.data) for result in results)))
        if rest not in known:
            raise unknown("%s in these files" % prefix, rest or name, known)
        return family.make(rest)
    if name not in COLUMN_BY_NAME:
        raise unknown("column", name or "(empty)", list(COLUMN_BY_NAME) + [p + ":NAME" for p in FAMILIES])
    if name == "ratio" and len(results) < 2:
        raise UsageError("ratio: compares files, and only one was given")
    return COLUMN_BY_NAME[name]


DEFAULT_ONE = "id workers rate speedup efficiency on_cpu memory p50 p99 bound".split()
DEFAULT_SEVERAL = "id workers rate ratio speedup p99".split()
DEFAULT_FAULT = "id workers fault status lost survivors noticed noticed_by".split()
OWN_COLUMNS = "price price_ratio finding".split()  # of few workloads: shown where one has them
NOT_OK_COLUMNS = ["status", "reason"]


def with_loads(names: List[str], result: Result) -> List[str]:
    """The columns with those of the loads that matter behind on_cpu."""
    entries = [Entry(result, cell, None) for cell in result.data["cells"] if not is_not_ok(cell)]
    loads = [name for name, matters in LOADS if any(matters(entry) for entry in entries)]
    place = names.index("on_cpu") + 1
    return names[:place] + loads + names[place:]


def default_columns(arguments: argparse.Namespace, results: Sequence[Result]) -> List[str]:
    """Column names where none were asked for: all in CSV, those that tell most elsewhere."""
    if arguments.format == "csv":
        return [column.name for column in COLUMNS if column.name != "ratio" or len(results) > 1]
    if all(lookup(result.data, ("options", "fault")) for result in results):
        return DEFAULT_FAULT
    names = with_loads(DEFAULT_ONE, results[0]) if len(results) == 1 else DEFAULT_SEVERAL
    entries = [Entry(result, cell, None) for result in results for cell in result.data["cells"]]
    names = names + [name for name in OWN_COLUMNS if any(COLUMN_BY_NAME[name].get(e) is not None for e in entries)]
    failed = any(is_not_ok(cell) for result in results for cell in result.data["cells"])
    return names + NOT_OK_COLUMNS if failed else names


def is_not_ok(cell: Dict[str, Any]) -> bool:
    """Whether a cell was not measured, or went wrong."""
    return cell.get("status", "ok") != "ok"


def add_ratio(columns: List[Column]) -> List[Column]:
    """The columns with the ratio behind the rate, or at the end, when it is not among them."""
    names = [column.name for column in columns]
    if "ratio" in names:
        return columns
    place = names.index("rate") + 1 if "rate" in names else len(names)
    return columns[:place] + [COLUMN_BY_NAME["ratio"]] + columns[place:]


def choose_columns(arguments: argparse.Namespace, results: Sequence[Result]) -> List[Column]:
    """The columns to show."""
    names = arguments.columns or default_columns(arguments, results)
    columns = [find_column(name, results) for name in names]
    return add_ratio(columns) if len(results) > 1 else columns


# ---- rows --------------------------------------------------------------------------------------------


Row = List[Optional[Entry]]  # one cell in each file; None where a file has it not


def make_rows(results: Sequence[Result]) -> List[Row]:
    """One row a cell id, in the order of the files; a cell without id is a row of its own."""
    rows: Dict[Any, Row] = {}
    for number, result in enumerate(results):
        for place, cell in enumerate(result.data["cells"]):
            row = rows.setdefault(cell.get("id", (number, place)), [None] * len(results))
            first = row[0].cell if row[0] else None
            row[number] = Entry(result, cell, first if number else None)
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


# ---- notes -------------------------------------------------------------------------------------------


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


# ---- rendering ---------------------------------------------------------------------------------------


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


# ---- command line ------------------------------------------------------------------------------------


class Parser(argparse.ArgumentParser):
    """Errors as one sentence instead of usage and error."""

    def print_help(self, file=None) -> None:
        """Flushed here, where a closed pipe is handled, rather than when Python exits."""
        sys.stdout.write(self.format_help())
        sys.stdout.flush()

    def error(self, message: str) -> None:
        raise UsageError("%s; see %s --help" % (message, PROGRAM))


class Once(argparse.Action):
    """An option that may be given once."""

    def __call__(self, parser, namespace, values, option_string=None):
        given = namespace.__dict__.setdefault("given", set())
        if self.dest in given:
            parser.error("%s is given twice" % option_string)
        given.add(self.dest)
        setattr(namespace, self.dest, values)


def name_list(text: str) -> List[str]:
    """A list of different names."""
    names = text.split(",")
    if "" in names:
        raise argparse.ArgumentTypeError("empty name in the list")
    for name in names:
        if names.count(name) > 1:
            raise argparse.ArgumentTypeError("%s stands twice in the list" % shorten(name))
    return names


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


def make_parser() -> Parser:
    """All options."""
    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Table of one concbench result, or of several side by side with the ratio of their rates\n"
        "to the first file's. Cells are matched by id.",
        epilog=column_help() + "\n\n" + EXIT_HELP,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="result of concbench run (JSON); - is standard input")
    add("--format", action=Once, choices=list(FORMATS), default="text", help="default: text")
    add("--columns", action=Once, type=name_list, metavar="LIST", help="names with commas; default: CSV all, else a few")
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


def load_all(paths: Sequence[str]) -> List[Result]:
    """All files; the error names the one it is about."""
    loaded = []
    for path in paths:
        try:
            loaded.append(load(path))
        except InputError as error:
            raise InputError("%s: %s" % (shorten(path) or "(empty name)", shorten(str(error)))) from None
    return [Result(title, data) for title, data in zip(titles_of(paths), loaded)]


def make_table(arguments: argparse.Namespace, results: Sequence[Result]) -> Table:
    """Rows, columns and notes as they were asked for."""
    columns = choose_columns(arguments, results)
    rows = make_rows(results)
    if arguments.sort:
        name, descending = arguments.sort
        rows = sort_rows(rows, find_column(name, results), descending)
    notes = file_notes(results) + cell_notes(rows, columns) + mark_notes(rows, columns)
    color = wants_color(arguments.color)
    return Table(make_fields(columns, results), rows, notes, arguments.interval, color)


def put(table: Table, chosen: Format) -> None:
    """Writes the table to standard output, and notes that it cannot hold to standard error."""
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout.write(chosen.render(table))
    sys.stdout.flush()
    if not chosen.has_notes:
        for note in table.notes:
            complain("note: " + note)


def complain(text: str) -> None:
    """One line on standard error."""
    if sys.stderr is not None:
        print("%s: %s" % (PROGRAM, printable(text)), file=sys.stderr)


def abandon_output() -> None:
    """Keeps Python from flushing once more, and failing loudly, when it exits (its manual's advice)."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run(words: Sequence[str]) -> int:
    """The whole program; returns the exit status."""
    try:
        if sys.stdout is None:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        arguments = make_parser().parse_args(words)
        table = make_table(arguments, load_all(arguments.files))
        put(table, FORMATS[arguments.format])
    except (UsageError, InputError) as error:
        complain(str(error))
        return EXIT_USAGE
    except BrokenPipeError:
        abandon_output()
        return EXIT_SIGPIPE
    except OSError as error:
        complain("standard output: %s" % (error.strerror or error))
        if sys.stdout is not None:
            abandon_output()
        return EXIT_SAVE
    except KeyboardInterrupt:
        return EXIT_SIGINT
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
