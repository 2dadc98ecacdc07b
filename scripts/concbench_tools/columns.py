"""Columns by name: what a column is called, what it means, where its number comes from and how people read it.

Options, help, sorting and all formats follow from COLUMNS. FAMILIES are columns whose names the files give.
"""

import argparse
import difflib
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Set

from .cells import (
    LOADS,
    PRICE_PATH,
    RATE_PATH,
    SPEEDUP_PATH,
    Entry,
    Getter,
    bound_text,
    cpus_text,
    efficiency,
    from_cell,
    from_file,
    is_not_ok,
    lookup,
    median,
    params_text,
    price_text,
    queued,
    rate_ratio,
    ratio_estimate,
    scalar,
    speedup_of,
    switches,
    throttled,
    unless_short,
    workers_text,
)
from .cli import UsageError
from .result import Result
from .text import COUNT, FACTOR, FLAG, NUMBER, RATE, SHARE, SIZE, TEXT, TIME, Kind, shorten


class Column(NamedTuple):
    """A column: its name in --columns, how its value is got and shown, and its line in --help."""

    name: str
    kind: Kind
    get: Getter
    help: str
    shared: bool = False  # says which cell it is: shown once for all files
    interval: Optional[Getter] = None  # of the estimate with ci_low and ci_high
    text: Optional[Callable[[Entry], str]] = None  # for people, where the kind's is not enough


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
    Column("cpu_set", TEXT, from_cell("cpu_set"), "the list of --cpus it was confined to", shared=True),
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
    Column("file", TEXT, lambda entry: entry.result.title, "the file, by as much of its path as tells it from others"),
    Column("host", TEXT, from_file("host", "fingerprint"), "fingerprint of the kind of host"),
    Column("hostname", TEXT, from_file("host", "hostname"), "name of the host, where the file has it"),
    Column("cpu_model", TEXT, from_file("host", "cpu_model"), "the host's CPU"),
    Column("host_cpus", COUNT, from_file("host", "cpus_usable"), "CPUs that the host let the run use"),
    Column("kernel", TEXT, from_file("host", "kernel"), "the host's kernel"),
    Column("revision", TEXT, from_file("tool", "revision"), "of concbench's sources"),
)
FILE_COLUMNS = "partial quick started file host hostname cpu_model host_cpus kernel revision".split()
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
