"""What the page of report.py shows, as plain values for its JSON: groups of cells, latency curves, samples in order of
measurement, and what `concbench analyze` says about them.

report_take.py reduces a cell as soon as it is read; Report sorts the reduced ones into groups: those of the same workload,
version and parameters, over all files, so that the curves of several machines stand in one figure.
"""

import json
import math
import os
import statistics
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from .cells import MARKS, Entry, is_oversubscribed, lookup, params_text
from .columns import COLUMN_BY_NAME
from .notes import file_notes
from .report_take import STEPS, Sample, Taken, brief
from .result import Cell, Result
from .text import shown

MAX_RAW_SAMPLES = 20000  # in the page; above, they are put together in bins
NAMES = ("creation", "start_skew", "dispatch", "imbalance", "waiting", "runnable", "rest")
LOSSES = ("total", "makespan") + NAMES

# A cell in the page: what table.py calls a column, by the same rules.
VALUES = (
    "workers processes threads n rate rate_low rate_high speedup speedup_low speedup_high efficiency on_cpu memory p50 p90 p99 max"
    " bound status reason"
).split()
# What few cells have stands at the end, where absent values take no room.
CELL_KEYS = ["id", "series"] + VALUES[:-2] + ["loss", "latency", "marks", "oversubscribed", "status", "reason"]


class Detail(NamedTuple):
    """How much of it goes into the page."""

    latency_every: int  # of the points of latency curves; 0: none
    bins: int  # of samples in a group and file; 0: each sample
    losses: bool
    text: str


DETAILS: Sequence[Detail] = (
    Detail(1, 0, True, ""),
    Detail(1, 200, True, "samples over time are shown as least, median and greatest of up to 200 bins"),
    Detail(2, 60, True, "latency curves have fewer points, samples over time stand in up to 60 bins"),
    Detail(4, 24, True, "latency curves have few points, samples over time stand in up to 24 bins"),
    Detail(0, 24, True, "latency curves are left out, samples over time stand in up to 24 bins"),
    Detail(0, 0, False, "latency curves, the split of losses and samples over time are left out"),
)


class Group:
    """The cells of one workload with its parameters."""

    def __init__(self, cell: Dict[str, Any], entry: Entry) -> None:
        self.name = group_name(cell, entry)
        self.facts = {
            "workload": cell.get("workload"),
            "version": cell.get("workload_version"),
            "params": params_text(entry),
            "unit": cell.get("unit"),
            "class": cell.get("class"),
        }
        self.cells: List[Dict[str, Any]] = []
        self.ids: List[str] = []
        self.series: Dict[Tuple[Any, ...], int] = {}
        self.samples: Dict[int, List[Tuple[int, Sample]]] = {}  # by file, with the number of their cell
        self.fits: List[Dict[str, Any]] = []
        self.advice: List[Dict[str, Any]] = []


def group_name(cell: Dict[str, Any], entry: Entry) -> str:
    """The part of the id before the mode: the workload and what is unusual of its parameters."""
    name, end = cell.get("id", ""), "/%s/" % cell.get("mode", "")
    if end in name:
        return name[: name.index(end)]
    return cell.get("workload", name) or "(no name)"


def series_of(file: int, cell: Dict[str, Any]) -> Tuple[Any, ...]:
    """What the points of one curve have in common."""
    rate = lookup(cell, ("open_loop", "rate_per_s"))
    serial = cell.get("mode") == "serial"
    return (
        file,
        cell.get("mode", ""),
        "" if serial else cell.get("dispatch", ""),
        "" if serial else cell.get("pin_requested", cell.get("pin", "")),
        "" if serial else cell.get("cpu_set", ""),
        cell.get("inflight", 1),
        None if rate is None else "%g/s %s" % (rate, lookup(cell, ("open_loop", "arrival")) or ""),
    )


SERIES_KEYS = ("file", "mode", "dispatch", "pin", "cpu_set", "inflight", "arrivals")


class Report:
    """All files together."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = results
        self.groups: Dict[Tuple[Any, ...], Group] = {}
        self.places: Dict[Tuple[int, str], Tuple[Group, int]] = {}
        self.sample_count = 0
        for file, result in enumerate(results):
            for taken in result.data["cells"]:
                self.add(file, result, taken)

    def add(self, file: int, result: Result, taken: Taken) -> None:
        """A cell of a file."""
        cell = taken.cell
        entry = Entry(result, cell, None)
        key = (cell.get("workload"), cell.get("workload_version"), params_text(entry))
        if key not in self.groups:
            self.groups[key] = Group(cell, entry)
        group = self.groups[key]
        number = len(group.cells)
        series = group.series.setdefault(series_of(file, cell), len(group.series))
        group.cells.append({**page_cell(cell, entry), "series": series, "latency": taken.latency})
        group.ids.append(cell.get("id", ""))
        self.places[file, cell.get("id", "")] = (group, number)
        group.samples.setdefault(file, []).extend((number, sample) for sample in taken.samples)
        self.sample_count += len(taken.samples)

    def add_analysis(self, analysis: Dict[str, Any]) -> None:
        """What `concbench analyze --json` says about the same files in the same order."""
        for case in analysis["cases"]:
            places = [self.add_curve(case["file"], curve) for curve in case["curves"]]
            group = next((place for place in places if place), None)
            if group and "advice" in case:
                words = case["advice"]
                group.advice.append({"file": case["file"], "use": shown(words["use"]), "text": [shown(t) for t in words["text"]]})

    def add_curve(self, file: int, curve: Dict[str, Any]) -> Optional[Group]:
        """A curve's losses and fits; returns the group it belongs to."""
        found = None
        for point in curve["points"]:
            group, number = self.places.get((file, point["id"]), (None, 0))
            if group is None:
                continue
            found = found or (group, group.cells[number]["series"])
            if "loss" in point:
                group.cells[number]["loss"] = [per_mille(point["loss"][k]) if k in point["loss"] else None for k in LOSSES]
        if found is None:
            return None
        if curve["mode"] != "serial":
            fits = {law: {k: plain(v) for k, v in curve[law].items()} for law in ("amdahl", "usl")}
            found[0].fits.append({"series": found[1], **fits})
        return found[0]

    def page(self, detail: Detail, groups: Optional[int] = None) -> Dict[str, Any]:
        """The JSON of the page, with that much detail and that many groups."""
        chosen = list(self.groups.values())[:groups]
        raw = not detail.bins and detail.losses and self.sample_count <= MAX_RAW_SAMPLES
        bins = detail.bins or (200 if detail.losses else 0)
        return {
            "files": [page_file(result) for result in self.results],
            "notes": [shown(note) for note in file_notes(self.results)],
            "marks": [[mark.column, mark.sign, mark.text] for mark in MARKS],
            "cell_keys": CELL_KEYS,
            "series_keys": SERIES_KEYS,
            "losses": LOSSES,
            "latency_steps": STEPS // detail.latency_every if detail.latency_every else 0,
            "samples": self.sample_count,
            "groups": [page_group(group, detail, raw, bins) for group in chosen],
        }


def plain(value: Any) -> Any:
    """A member of a fit."""
    return {k: brief(v) for k, v in value.items()} if isinstance(value, dict) else brief(value)


def page_cell(cell: Cell, entry: Entry) -> Dict[str, Any]:
    """A cell by the names of CELL_KEYS, as far as table.py has them."""
    values = {name: brief(COLUMN_BY_NAME[name].get(entry)) for name in VALUES}
    if values["status"] in (None, "ok"):
        values["status"] = None
        values["marks"] = "".join(mark.sign for mark in MARKS if mark.test(entry)) or None
    values["oversubscribed"] = 1 if is_oversubscribed(entry) else None
    return values


def texts_of(value: Any) -> Dict[str, str]:
    """An object's members as texts to show."""
    if not isinstance(value, dict):
        return {}
    return {shown(k): shown(v if isinstance(v, str) else json.dumps(v)) for k, v in value.items()}


def page_file(result: Result) -> Dict[str, Any]:
    """What is told of a whole file."""
    head = result.data
    words = head.get("argv", [])
    return {
        "title": shown(result.title),
        "started": shown(head.get("started", "")),
        "scaling": shown(head.get("scaling", "")),
        "command": shown("concbench " + " ".join(map(str, words))) if isinstance(words, list) and words else "",
        **{key: texts_of(head.get(key)) for key in ("labels", "host", "tool", "options")},
    }


def page_group(group: Group, detail: Detail, raw: bool, bins: int) -> Dict[str, Any]:
    """A group's cells as rows, what they have in common of their ids taken out."""
    prefix = os.path.commonprefix(group.ids) if len(group.ids) > 1 else ""
    return {
        "name": shown(group.name),
        **{key: brief(value) for key, value in group.facts.items() if value is not None},
        "prefix": shown(prefix),
        "series": [[brief(part) for part in key] for key in group.series],
        "cells": [page_row(cell, name[len(prefix) :], detail) for cell, name in zip(group.cells, group.ids)],
        "fits": group.fits if detail.losses else [],
        "advice": group.advice,
        "time": [time_of(file, samples, raw, bins) for file, samples in group.samples.items() if samples and (raw or bins)],
    }


def page_row(cell: Dict[str, Any], name: str, detail: Detail) -> List[Any]:
    """A cell as a list without the absent values at its end."""
    latency = cell["latency"] if detail.latency_every else None
    if latency:
        latency = latency[:2] + latency[1 + detail.latency_every :: detail.latency_every]
    special = {"id": shown(name), "latency": latency, "loss": cell.get("loss") if detail.losses else None}
    row = [special[key] if key in special else cell.get(key) for key in CELL_KEYS]
    while row and row[-1] is None:
        row.pop()
    return row


def per_mille(value: float) -> int:
    """A share in whole tenths of a percent, within what can be drawn."""
    return round(max(min(value, 1000.0), -1000.0) * 1000)


def time_of(file: int, samples: List[Tuple[int, Sample]], raw: bool, bins: int) -> Dict[str, Any]:
    """A group's samples in one file by the order of measurement: [cell, deviation, discarded] each, or bins."""
    ordered = sorted(samples, key=lambda s: (s[1].block, s[1].order, not s[1].discarded))
    result: Dict[str, Any] = {"file": file, "count": len(ordered)}
    if raw:
        return {**result, "raw": [[cell, per_mille(s.deviation)] + ([1] if s.discarded else []) for cell, s in ordered]}
    kept = [s.deviation for _, s in ordered if not s.discarded]
    size = max(1, math.ceil(len(kept) / bins))
    parts = [kept[i : i + size] for i in range(0, len(kept), size)]
    middles = [[per_mille(v) for v in (min(p), statistics.median(p), max(p))] for p in parts]
    return {**result, "size": size, "bins": middles}
