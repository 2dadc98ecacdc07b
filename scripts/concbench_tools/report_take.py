"""What report.py keeps of a cell, taken as soon as it is read: a latency curve for its histogram, a rate for each sample."""

import itertools
import statistics
from typing import Any, Dict, List, NamedTuple, Optional

from .cells import without_bulk
from .result import Cell, InputError
from .shapes import AMOUNT, WHOLE, WORD, Leaf, fits, misfit
from .text import shown

DIGITS = 5  # significant, of a derived number in the page
STEPS = 8  # points of a latency curve for each tenth that is left above it
MAX_DECADES = 9


def brief(value: Any) -> Any:
    """A number with DIGITS digits, a text safe to be shown."""
    if isinstance(value, str):
        return shown(value)
    if value is None or isinstance(value, (bool, int)) and abs(value) < 10**DIGITS:
        return value
    number = float("%.*g" % (DIGITS, value))
    return int(number) if number == int(number) and abs(number) < 1e15 else number


class Sample(NamedTuple):
    """A sample's place in time, and its rate relative to the median of its cell's."""

    block: int
    order: int
    deviation: float
    discarded: bool


class Taken(NamedTuple):
    """What the report keeps of a cell."""

    cell: Cell  # without samples and histogram
    latency: Optional[List[Any]]
    samples: List[Sample]


def are_buckets(value: Any) -> bool:
    """Whether it is a list of a histogram's [low, high, count]; there are millions of them in large results."""
    if not isinstance(value, list) or any(type(bucket) is not list or len(bucket) != 3 for bucket in value):
        return False
    numbers = list(itertools.chain.from_iterable(value))
    return set(map(type, numbers)) <= {int} and (not numbers or (min(numbers) >= 0 and max(numbers) < 2**64))


# What is read here beyond what shapes.py names.
SHAPE = {
    "pin_requested": WORD,
    "cpu_set": WORD,
    "open_loop": {"rate_per_s": AMOUNT, "arrival": WORD},
    "samples": [{"block": WHOLE, "order": WHOLE, "units": WHOLE}],
    "latency": {"buckets": Leaf("a list of [low, high, count]", are_buckets)},
}


def take(cell: Cell) -> Taken:
    """What the report keeps of a cell that was just read; for load()."""
    if not fits(cell, SHAPE):
        raise InputError(misfit(cell, SHAPE, shown(cell.get("id", "a cell"))))
    try:
        latency, samples = latency_curve(cell.get("latency")), samples_of(cell)
    except (OverflowError, ZeroDivisionError):
        raise InputError("%s: a number is out of range" % shown(cell.get("id", "a cell"))) from None
    return Taken(without_bulk(cell), latency, samples)


def latency_curve(latency: Optional[Dict[str, Any]]) -> Optional[List[int]]:
    """[count, max, y0, y1, ...]: y_i is the time that all but 1/10^(i/STEPS) of the units took at most, ns."""
    buckets = sorted(latency.get("buckets", [])) if latency else []
    count = sum(bucket[2] for bucket in buckets)
    if not count:
        return None
    curve = [count, latency.get("max_ns", buckets[-1][1])]
    place, seen = -1, 0
    # As for percentiles in the file: at least ten values have to lie above.
    for step in range(1, MAX_DECADES * STEPS):
        left = 10 ** (-step / STEPS)
        if count * left < 10:
            break
        while seen < (1 - left) * count:
            place += 1
            seen += buckets[place][2]
        low, high = buckets[place][:2]
        curve.append(min((low + high) // 2, curve[1]))
    return [brief(value) for value in curve]


def samples_of(cell: Cell) -> List[Sample]:
    """Those that tell a rate."""
    rates = []
    for sample in cell.get("samples", []):
        units, makespan = sample.get("units", cell.get("units", 0)), sample.get("makespan_ns", 0)
        rates.append(units / makespan if units and makespan else None)
    kept = [rate for rate, sample in zip(rates, cell.get("samples", [])) if rate and not sample.get("discarded", False)]
    if not kept:
        return []
    middle = statistics.median(kept)
    return [
        Sample(sample.get("block", 0), sample.get("order", 0), rate / middle - 1, sample.get("discarded", False))
        for rate, sample in zip(rates, cell["samples"])
        if rate
    ]
