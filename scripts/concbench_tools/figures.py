"""What plot.py draws: cells become panels of series of points. Knows nothing of the program that draws them.

A case is a workload with its parameters. Where a mode was measured with three worker counts or more, each case is a
panel with a curve per mode over the workers; with fewer a curve says nothing, and bars stand side by side.
"""

from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from .cells import RATE_PATH, SPEEDUP_PATH, Entry, is_base, is_not_ok, lookup, scalar, workers_text
from .cli import UsageError
from .columns import unknown
from .result import Result
from .text import shorten, shown

CURVE_POINTS = 3  # worker counts from which a mode is a curve
MAX_PANELS = 24
MAX_GROUPS = 24
MAX_SERIES = 24
MAX_TITLE = 110  # characters
PERCENTILES = (("p50_ns", "50 %"), ("p90_ns", "90 %"), ("p99_ns", "99 %"), ("p999_ns", "99.9 %"), ("max_ns", "max"))

Estimate = Tuple[float, float, float]  # value, lower and upper end of its interval


class Point(NamedTuple):
    """Where a value stands, and its interval: empty where the three are equal."""

    x: float
    y: float
    low: float
    high: float


class Series(NamedTuple):
    """Points that belong together; style is the place in the list of colours and shapes."""

    label: str
    style: int
    points: List[Point]


class Panel(NamedTuple):
    """One system of axes. tics are names of places on the x axis, levels lines across it."""

    title: str
    x_label: str
    series: List[Series]
    bars: bool = False
    bar_width: float = 0.8
    tics: Sequence[Tuple[float, str]] = ()
    levels: Sequence[Tuple[float, str]] = ()
    ideal: bool = False
    log: bool = False
    legend: bool = True


class Measure(NamedTuple):
    """What can be drawn of a cell."""

    name: str
    title: str
    axis: str  # label of the y axis
    unit: str  # how the y axis is written: factor, count, percent or seconds
    get: Callable[[Entry], Optional[Estimate]]
    comparable: bool  # between workloads: then their bars share one panel


class Figure(NamedTuple):
    """All that is drawn."""

    title: str
    measure: Measure
    panels: List[Panel]


# ---- values ------------------------------------------------------------------------------------------


def with_interval(estimate: Optional[Dict[str, float]], factor: float = 1) -> Optional[Estimate]:
    """An estimate of the JSON as three numbers."""
    if not estimate or "median" not in estimate:
        return None
    median = estimate["median"]
    return tuple(factor * value for value in (median, estimate.get("ci_low", median), estimate.get("ci_high", median)))


def rate_of(entry: Entry) -> Optional[Estimate]:
    """Units per second."""
    return with_interval(lookup(entry.cell, RATE_PATH[:-1]))


def speedup_of(entry: Entry) -> Optional[Estimate]:
    """Times the serial rate."""
    return None if is_base(entry.cell) else with_interval(lookup(entry.cell, SPEEDUP_PATH))


def efficiency_of(entry: Entry) -> Optional[Estimate]:
    """Speed-up for each worker, in percent."""
    workers = entry.cell.get("workers")
    return with_interval(lookup(entry.cell, SPEEDUP_PATH), 100 / workers) if workers and speedup_of(entry) else None


def latency_of(entry: Entry) -> Optional[Estimate]:
    """The median latency in seconds: whether there is any. The panels draw the percentiles."""
    value = lookup(entry.cell, ("latency", "p50_ns"))
    return None if value is None else (value / 1e9,) * 3


MEASURES = (
    Measure("speedup", "Speed-up over serial", "speed-up", "factor", speedup_of, True),
    Measure("rate", "Units per second", "units/s", "count", rate_of, False),
    Measure("efficiency", "Efficiency: speed-up per worker", "efficiency", "percent", efficiency_of, True),
    Measure("latency", "Latency of a unit", "latency", "seconds", latency_of, False),
)


# ---- cases and series --------------------------------------------------------------------------------


class Item(NamedTuple):
    """A cell to draw: the case and series it belongs to, and its value."""

    entry: Entry
    case: str
    label: str  # of its series: the mode, and what else tells series apart
    workers: int
    shape: str  # workers as people read them: 2x2
    value: Estimate


def varying(entries: Sequence[Entry], getters: Dict[str, Callable[[Entry], Any]]) -> List[Callable[[Entry], Any]]:
    """Those getters by which cells of one workload, or files, differ."""
    found = []
    for get in getters.values():
        values: Dict[Any, Any] = {}
        if any(values.setdefault(entry.cell.get("workload"), get(entry)) != get(entry) for entry in entries):
            found.append(get)
    return found


def param_getters(entries: Sequence[Entry]) -> Dict[str, Callable[[Entry], Any]]:
    """A getter of each parameter's name=value."""

    def getter(name: str) -> Callable[[Entry], Any]:
        def get(entry: Entry) -> Optional[str]:
            params = entry.cell.get("params", {})
            return "%s=%s" % (name, scalar(params[name])) if name in params else None

        return get

    names = dict.fromkeys(name for entry in entries for name in entry.cell.get("params", {}))
    return {name: getter(name) for name in names}


SERIES_GETTERS: Dict[str, Callable[[Entry], Any]] = {
    "dispatch": lambda entry: entry.cell.get("dispatch"),
    "pin": lambda entry: entry.cell.get("pin_requested", entry.cell.get("pin")),
    "cpu_set": lambda entry: "CPUs %s" % entry.cell["cpu_set"] if entry.cell.get("cpu_set") else None,
    "inflight": lambda entry: "inflight=%d" % entry.cell.get("inflight", 1),
    "file": lambda entry: entry.result.title,
}


def concurrent(entries: Sequence[Entry]) -> List[Entry]:
    """Without serial cells, which have a dispatch and pin of their own kind."""
    return [entry for entry in entries if entry.cell.get("mode") != "serial"]


def series_getters(entries: Sequence[Entry]) -> List[Callable[[Entry], Any]]:
    """What besides the mode tells series apart."""
    found = varying(concurrent(entries), {name: get for name, get in SERIES_GETTERS.items() if name != "file"})
    return found + ([SERIES_GETTERS["file"]] if len({id(entry.result) for entry in entries}) > 1 else [])


def make_items(entries: Sequence[Entry], measure: Measure) -> List[Item]:
    """The cells that have a value, named."""
    in_case = varying(entries, param_getters(entries))
    in_series = series_getters(entries)
    items = []
    for entry in entries:
        value, workers = measure.get(entry), entry.cell.get("workers")
        if value is None or not workers:
            continue
        case = [entry.cell.get("workload", "?")] + [get(entry) for get in in_case]
        label = [entry.cell.get("mode", "?")] + [get(entry) for get in in_series]
        names = (" ".join(shown(str(part)) for part in parts if part is not None) for parts in (case, label))
        items.append(Item(entry, *names, workers, workers_text(entry), value))
    return items


def pick(results: Sequence[Result], workloads: Optional[List[str]]) -> List[Entry]:
    """The cells of the chosen workloads that were measured."""
    entries = [Entry(result, cell, None) for result in results for cell in result.data["cells"]]
    if workloads:
        known = list(dict.fromkeys(entry.cell.get("workload", "") for entry in entries))
        for name in workloads:
            if name not in known:
                raise unknown("workload in these files", name, known)
        entries = [entry for entry in entries if entry.cell.get("workload", "") in workloads]
    return [entry for entry in entries if not is_not_ok(entry.cell)]


def groups_of(items: Sequence[Item], key: Callable[[Item], Any]) -> Dict[Any, List[Item]]:
    """Items by a key, in the order of their first appearance."""
    groups: Dict[Any, List[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


# ---- panels ------------------------------------------------------------------------------------------


# The same mode looks the same in all pictures; what else there is gets the styles that are left.
STYLE_OF_MODE = {"processes": 0, "threads": 1, "hybrid": 2, "async": 3, "serial": 7}
STYLES = 8


def styles_of(items: Sequence[Item], name: Callable[[Item], str]) -> Dict[str, int]:
    """A style for each series."""
    styles: Dict[str, int] = {}
    for label, found in groups_of(items, name).items():
        wanted = STYLE_OF_MODE.get(found[0].entry.cell.get("mode", ""), len(styles) % STYLES)
        order = [wanted] + [style for style in range(STYLES)]
        styles[label] = next((style for style in order if style not in styles.values()), wanted)
    return styles


def curve_panels(items: Sequence[Item], measure: Measure) -> List[Panel]:
    """A panel a case, a curve a mode, over the workers."""
    styles = styles_of(items, lambda item: item.label)
    panels = []
    for case, own in groups_of(items, lambda item: item.case).items():
        counts = sorted({item.workers for item in own})
        series = []
        for label, found in groups_of(own, lambda item: item.label).items():
            points = sorted(Point(item.workers, *item.value) for item in found)
            series.append(Series(label, styles[label], points))
        panels.append(
            Panel(
                case,
                "workers",
                series,
                tics=[(count, str(count)) for count in counts] if len(counts) <= 12 else (),
                levels=[(100, "")] if measure.name == "efficiency" else (),
                ideal=measure.name == "speedup",
                log=measure.name == "speedup" and counts[-1] >= 16 * counts[0],
            )
        )
    return panels


def variant(item: Item) -> str:
    """A bar's name: the mode with its workers."""
    if item.entry.cell.get("mode") == "serial":
        return item.label
    return "%s %s" % (item.label, item.shape if "x" in item.shape else "x" + item.shape)


def usable_cpus(items: Sequence[Item]) -> List[Tuple[float, str]]:
    """A level at the number of CPUs, where all files have the same."""
    found = {lookup(item.entry.result.data, ("host", "cpus_usable")) for item in items}
    cpus = found.pop() if len(found) == 1 else None
    return [(cpus, "%g CPUs" % cpus)] if cpus and cpus > 1 else []


def grouped_bars(items: Sequence[Item], measure: Measure) -> List[Panel]:
    """One panel: a group of bars a case, a bar a mode and number of workers."""
    cases = list(groups_of(items, lambda item: item.case))
    variants = groups_of(items, variant)
    width = 0.8 / len(variants)
    styles = styles_of(items, variant)
    series = []
    for number, (label, found) in enumerate(variants.items()):
        start = -0.4 + (number + 0.5) * width
        series.append(Series(label, styles[label], [Point(cases.index(i.case) + start, *i.value) for i in found]))
    levels = [(100, "")] if measure.name == "efficiency" else [(1, "serial")] + usable_cpus(items)
    tics = list(enumerate(cases))
    return [Panel("", "", series, bars=True, bar_width=width, tics=tics, levels=levels)]


def bar_panels(items: Sequence[Item]) -> List[Panel]:
    """A panel a case with a bar for each mode and number of workers."""
    styles = styles_of(items, variant)
    panels = []
    for case, own in groups_of(items, lambda item: item.case).items():
        series = [Series(variant(i), styles[variant(i)], [Point(n, *i.value)]) for n, i in enumerate(own)]
        tics = [(n, variant(item)) for n, item in enumerate(own)]
        panels.append(Panel(case, "", series, bars=True, tics=tics, legend=False))
    return panels


def latency_panels(items: Sequence[Item]) -> List[Panel]:
    """A panel a case: percentiles by name, a line a mode at its largest number of workers."""
    most: Dict[Tuple[str, str], Item] = {}
    for item in items:
        key = (item.case, item.label)
        if key not in most or item.workers > most[key].workers:
            most[key] = item
    chosen = list(most.values())
    styles = styles_of(chosen, variant)
    tics = list(enumerate(name for _, name in PERCENTILES))
    panels = []
    for case, own in groups_of(chosen, lambda item: item.case).items():
        series = [Series(variant(item), styles[variant(item)], percentile_points(item)) for item in own]
        panels.append(Panel(case, "share of units that took at most", series, tics=tics, log=True))
    return panels


def percentile_points(item: Item) -> List[Point]:
    """The latency's percentiles in seconds; zero cannot stand on a logarithmic axis."""
    latency = item.entry.cell["latency"]
    values = [(x, latency.get(key)) for x, (key, _) in enumerate(PERCENTILES)]
    return [Point(x, *(value / 1e9,) * 3) for x, value in values if value]


def has_curves(items: Sequence[Item]) -> bool:
    """Whether some mode was measured with enough worker counts."""
    curves = groups_of(items, lambda item: (item.case, item.label)).values()
    return any(len({item.workers for item in curve}) >= CURVE_POINTS for curve in curves)


def make_panels(items: Sequence[Item], measure: Measure, chart: str) -> List[Panel]:
    """The panels of the chart that was asked for, or that the cells have enough points for."""
    if measure.name == "latency":
        return latency_panels(items)
    if chart == "lines" or (chart == "auto" and has_curves(items)):
        return curve_panels(items, measure)
    return grouped_bars(items, measure) if measure.comparable else bar_panels(items)


def check_size(panels: Sequence[Panel]) -> None:
    """Refuses what nobody could read."""
    series = max(len(panel.series) for panel in panels)
    groups = max(len(panel.tics) for panel in panels)
    if len(panels) > MAX_PANELS or series > MAX_SERIES or groups > MAX_GROUPS:
        size = "%d panels, up to %d series and %d groups of bars" % (len(panels), series, groups)
        raise UsageError("too much for one picture (%s): choose with --workload=NAME" % size)


def measure_for(name: Optional[str], entries: Sequence[Entry]) -> Measure:
    """What to draw: what was asked for, else speed-ups, or rates where no cell has one."""
    if name:
        return next(measure for measure in MEASURES if measure.name == name)
    return MEASURES[0] if any(MEASURES[0].get(entry) for entry in entries) else MEASURES[1]


def host_text(results: Sequence[Result]) -> str:
    """The host of a single file for the title."""
    host = results[0].data.get("host", {})
    words = [host.get("cpu_model"), "%g CPUs" % host["cpus_usable"] if "cpus_usable" in host else None]
    return ", ".join(word for word in words if word) if len(results) == 1 else ""


def make_figure(results: Sequence[Result], name: Optional[str], chart: str, workloads: Optional[List[str]], title: Optional[str]) -> Figure:
    """The figure of some files."""
    entries = pick(results, workloads)
    measure = measure_for(name, entries)
    items = make_items(entries, measure)
    if not items:
        raise UsageError("there is nothing to draw: no measured cell has %s" % measure.title.lower())
    panels = make_panels(items, measure, chart)
    check_size(panels)
    host = host_text(results)
    text = title if title is not None else measure.title + (" - " + host if host else "")
    return Figure(shown(shorten(text, MAX_TITLE)), measure, panels)
