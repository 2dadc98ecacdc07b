"""What the JSON of a result has to be, as far as the scripts read it. Keys may be absent; unknown ones are not looked at."""

from typing import Any, Callable, Dict, NamedTuple


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
SAMPLE_AMOUNTS = ("units", "cpu_user_ns", "cpu_sys_ns")
SAMPLE = {"discarded": BOOL, "metrics": MapOf(REAL), "notes": MapOf(SCALAR), **{key: AMOUNT for key in SAMPLE_MEDIANS + SAMPLE_AMOUNTS}}
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
    **{key: WORD for key in ("id", "workload", "class", "unit", "mode", "dispatch", "pin", "pin_requested", "cpu_set", "status", "reason", "expected")},
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
    "host": {
        **{key: WORD for key in ("fingerprint", "hostname", "cpu_model", "kernel")},
        **{key: AMOUNT for key in ("clock_ns", "cpus_usable", "load_1min")},
    },
    "options": {"samples": WHOLE, "allow_unverified": BOOL, "fault": {"how": WORD, "worker": WHOLE, "after": AMOUNT}},
    "labels": MapOf(SCALAR),
    "cells": [CELL],
}


def fits(value: Any, shape: Any) -> bool:
    """Whether a value has its shape."""
    if isinstance(shape, Leaf):
        return shape.test(value)
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if not isinstance(value, dict):
        return False
    if isinstance(shape, MapOf):
        return all(fits(item, shape.shape) for item in value.values())
    return all(fits(value[name], inner) for name, inner in shape.items() if name in value)


def misfit(value: Any, shape: Any, where: str) -> str:
    """The first place in a value that has not its shape, and what it should be."""
    if isinstance(shape, Leaf):
        return "%s is not %s" % (where, shape.words)
    if isinstance(shape, list):
        if not isinstance(value, list):
            return "%s is not a list" % where
        parts: Dict[str, Any] = {"[%d]" % number: (item, shape[0]) for number, item in enumerate(value)}
    elif not isinstance(value, dict):
        return "%s is not an object" % where
    else:
        shapes = dict.fromkeys(value, shape.shape) if isinstance(shape, MapOf) else shape
        dot = "." if where else ""
        parts = {dot + name: (item, shapes[name]) for name, item in value.items() if name in shapes}
    return next(misfit(item, inner, where + name) for name, (item, inner) in parts.items() if not fits(item, inner))
