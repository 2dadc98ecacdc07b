"""Google Benchmark's JSON, as its --benchmark_format=json writes it and its tools/compare.py and others read it.

An iteration is a unit of work. real_time is the makespan over the units: all workers together, as with that library's
UseRealTime(). cpu_time is the workers' CPU time over the units. Aggregates are over the samples, named NAME_median and so on.
"""

import math
import statistics
from typing import Any, Callable, Dict, List, Optional, Sequence

from .cells import is_not_ok
from .result import Cell

Entry = Dict[str, Any]


def cv(values: Sequence[float]) -> Optional[float]:
    """Coefficient of variation; none of one value, or of zeros."""
    mean = statistics.fmean(values)
    return statistics.stdev(values) / mean if len(values) > 1 and mean else None


STATISTICS: Dict[str, Callable[[Sequence[float]], Optional[float]]] = {
    "mean": statistics.fmean,
    "median": statistics.median,
    "stddev": lambda values: statistics.stdev(values) if len(values) > 1 else None,
    "cv": cv,
}
AGGREGATES = tuple(STATISTICS)


def context(data: Dict[str, Any]) -> Dict[str, Any]:
    """Where and when it ran."""
    host, tool = data.get("host", {}), data.get("tool", {})
    words = {
        "date": data.get("started", ""),
        "host_name": host.get("hostname", ""),
        "executable": "concbench",
        "num_cpus": int(host.get("cpus_usable", 0)),
        "caches": [],
        "load_avg": [host["load_1min"]] if "load_1min" in host else [],
        "concbench_version": tool.get("version", ""),
        "concbench_revision": tool.get("revision", ""),
        "host_fingerprint": host.get("fingerprint", ""),
        "cpu_model": host.get("cpu_model", ""),
    }
    return {**words, **{"label_" + name: str(value) for name, value in data.get("labels", {}).items()}}


def times(sample: Dict[str, Any]) -> Dict[str, float]:
    """A sample's numbers per unit of work."""
    units, makespan = sample["units"], sample["makespan_ns"]
    found = {
        "real_time": makespan / units,
        "cpu_time": (sample.get("cpu_user_ns", 0) + sample.get("cpu_sys_ns", 0)) / units,
    }
    if makespan:
        found["items_per_second"] = units * 1e9 / makespan
    return {name: value for name, value in found.items() if math.isfinite(value)}


def repetition(head: Entry, sample: Dict[str, Any], place: int) -> Entry:
    """The entry of one sample."""
    found = times(sample)
    return {
        "name": head["run_name"],
        **head,
        "run_type": "iteration",
        "repetition_index": place,
        "iterations": sample["units"],
        "real_time": found.pop("real_time", 0.0),
        "cpu_time": found.pop("cpu_time", 0.0),
        "time_unit": "ns",
        **found,
    }


def aggregate(head: Entry, runs: List[Entry], name: str) -> Optional[Entry]:
    """The entry of a statistic over the samples' entries; none where it has no value."""
    keys = [key for key in ("real_time", "cpu_time", "items_per_second") if all(key in run for run in runs)]
    values = {key: STATISTICS[name]([run[key] for run in runs]) for key in keys}
    if values["real_time"] is None:
        return None
    return {
        "name": "%s_%s" % (head["run_name"], name),
        **head,
        "run_type": "aggregate",
        "aggregate_name": name,
        "aggregate_unit": "percentage" if name == "cv" else "time",
        "iterations": len(runs),
        "time_unit": "ns",
        **{key: 0.0 if value is None else value for key, value in values.items()},
    }


def failure(head: Entry, cell: Cell) -> Entry:
    """The entry of a cell that has no numbers."""
    message = cell["status"] + (": " + cell["reason"] if cell.get("reason") else "")
    return {
        "name": head["run_name"],
        **head,
        "run_type": "iteration",
        "error_occurred": True,
        "error_message": message,
        "iterations": 0,
        "real_time": 0.0,
        "cpu_time": 0.0,
        "time_unit": "ns",
    }


def entries_of(cell: Cell, place: int, wanted: str) -> List[Entry]:
    """A cell's entries: of its samples, of their statistics, or both."""
    head = {
        "family_index": place,
        "per_family_instance_index": 0,
        "run_name": cell.get("id", "cell %d" % place),
        "repetitions": len(cell["samples"]),
        "threads": cell.get("workers", 1),
    }
    if is_not_ok(cell):
        return [failure(head, cell)]
    runs = [repetition(head, sample, number) for number, sample in enumerate(cell["samples"])]
    names = AGGREGATES if wanted in ("all", "aggregates") else (wanted,)
    found = [aggregate(head, runs, name) for name in names] if runs else []
    return (runs if wanted == "all" else []) + [entry for entry in found if entry]


def google_benchmark(data: Dict[str, Any], wanted: str) -> Dict[str, Any]:
    """The whole document."""
    entries = [entry for place, cell in enumerate(data["cells"]) for entry in entries_of(cell, place, wanted)]
    return {"context": context(data), "benchmarks": entries}
