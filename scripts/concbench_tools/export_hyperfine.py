"""hyperfine's JSON, as its --export-json writes it and its plotting scripts read it.

A run is a sample, its time the makespan in seconds. user and system are means of the workers' CPU times. A result whose
cells did different amounts of work ("scaling": "rate") has times that do not compare: units_per_run says how much each did.
"""

import statistics
from typing import Any, Dict, List

from .cells import is_not_ok, scalar
from .result import Cell

NS_PER_S = 1e9
SHAPE_KEYS = ("workload", "mode", "workers", "processes", "threads", "dispatch", "pin", "cpu_set")


def parameters(cell: Cell) -> Dict[str, str]:
    """What the cell is, as texts: hyperfine's parameters are."""
    shape = {key: str(cell[key]) for key in SHAPE_KEYS if key in cell}
    return {**shape, **{"param_" + name: str(scalar(value)) for name, value in cell.get("params", {}).items()}}


def seconds(samples: List[Dict[str, Any]], key: str) -> List[float]:
    """A time of all samples."""
    return [sample.get(key, 0) / NS_PER_S for sample in samples]


def entry_of(cell: Cell) -> Dict[str, Any]:
    """A cell's entry; it has samples."""
    samples = cell["samples"]
    times = seconds(samples, "makespan_ns")
    return {
        "command": cell.get("id", "a cell without id"),
        "mean": statistics.fmean(times),
        "stddev": statistics.stdev(times) if len(times) > 1 else None,
        "median": statistics.median(times),
        "user": statistics.fmean(seconds(samples, "cpu_user_ns")),
        "system": statistics.fmean(seconds(samples, "cpu_sys_ns")),
        "min": min(times),
        "max": max(times),
        "times": times,
        "exit_codes": [0] * len(times),
        "parameters": parameters(cell),
        "units_per_run": statistics.median(sample["units"] for sample in samples),
    }


def hyperfine(data: Dict[str, Any]) -> Dict[str, Any]:
    """The whole document."""
    return {"results": [entry_of(cell) for cell in data["cells"] if cell["samples"] and not is_not_ok(cell)]}
