"""What can be said of a cell: values behind paths of keys, ratios to a base, what bounds it, what to beware of."""

import re
import statistics
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from .result import Cell, Result
from .shapes import SAMPLE_MEDIANS
from .text import TIME, divide, shown, three_digits

# When numbers are flagged; the same as in the table of concbench run.
SUPERLINEAR = 1.05  # a speed-up above this many times the workers
QUEUED_SHARE = 0.03  # of their time that workers queued for a CPU of their own
CLOCK_READS = 100  # a makespan shorter than this many reads of the clock
USAGE_NS = 50000  # or than this, as CPU time is counted from some 10 us before it, is too short
LOAD_QUEUED = 0.05  # of their time that workers queued, for whatever reason
LOAD_SWITCHES = 10000  # context switches a second on a CPU: about 1 % of its time

RATE_PATH = ("summary", "units_per_s", "median")
SPEEDUP_PATH = ("summary", "speedup")
PRICE_PATH = ("summary", "price")


def without_bulk(cell: Cell) -> Cell:
    """The cell with as much of its samples as values below look at; for load()."""
    missing = [key for key in SAMPLE_MEDIANS if key not in cell.get("summary", {})]
    keys = ["discarded", "metrics", "notes"] + missing
    if "samples" in cell:
        cell["samples"] = [{key: sample[key] for key in keys if sample.get(key)} for sample in cell["samples"]]
    cell.get("latency", {}).pop("buckets", None)
    return cell


class Entry(NamedTuple):
    """One cell of one file, and the cell that it is compared with: in tables of several files the first file's."""

    result: Result
    cell: Dict[str, Any]
    base: Optional["Entry"]


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


def rate_ratio(entry: Entry) -> Optional[float]:
    """Rate over the base's."""
    if not has_ratio(entry):
        return None
    return divide(lookup(entry.cell, RATE_PATH), lookup(entry.base.cell, RATE_PATH))


def has_ratio(entry: Entry) -> bool:
    """Whether it can be compared: not when either failed, nor between versions of a workload, whose units differ."""
    if entry.base is None or versions_differ(entry):
        return False
    return not is_not_ok(entry.cell) and not is_not_ok(entry.base.cell)


def is_not_ok(cell: Cell) -> bool:
    """Whether a cell was not measured, or went wrong."""
    return cell.get("status", "ok") != "ok"


def versions_differ(entry: Entry) -> bool:
    """Whether the base did other work under the same name."""
    versions = [cell.get("workload_version") for cell in (entry.cell, base_cell(entry))]
    return None not in versions and versions[0] != versions[1]


def base_cell(entry: Entry) -> Cell:
    """The base's cell, empty where there is none."""
    return entry.base.cell if entry.base else {}


def ratio_estimate(entry: Entry) -> Optional[Dict[str, float]]:
    """The ratio of the rates with its interval."""
    return estimate_ratio(*(lookup(cell, RATE_PATH[:-1]) for cell in (entry.cell, base_cell(entry)))) if has_ratio(entry) else None


def estimate_ratio(a: Optional[Dict[str, float]], b: Optional[Dict[str, float]]) -> Optional[Dict[str, float]]:
    """a / b with the widest interval that theirs allow: the two have no blocks in common."""
    pairs = (("median", "median"), ("ci_low", "ci_high"), ("ci_high", "ci_low"))
    values = {above: divide((a or {}).get(above), (b or {}).get(below)) for above, below in pairs}
    return None if None in values.values() else values


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


def price_text(entry: Entry) -> str:
    """The price with the unit of its metric, times in the unit that suits them."""
    price = lookup(entry.cell, PRICE_PATH)
    if price.get("unit") == "ns" and price["median"] >= 1:
        return TIME.human(price["median"])
    return three_digits(price["median"]) + shown(price.get("unit", ""))


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
    return None not in (makespan, clock) and makespan < max(CLOCK_READS * clock, USAGE_NS)


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
