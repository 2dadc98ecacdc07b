#!/usr/bin/env python3
"""hyperfine.py: what hyperfine says a run takes, beside what concbench says, and where the difference goes.

usage: scripts/hyperfine.py [OPTION]... [WORKLOAD[:name=value,...]]        cpu_prime when none is named

hyperfine times a program from outside, from its creation to its end; concbench times the work inside. Both are right about
the same run only if what lies between them can be named. So hyperfine runs `concbench sample` here, which takes one sample
in one process tree, and each of its wall times stands beside the answer of that very run:

    wall = shell + start-up + host + set-up + creation + warm-up + gate + makespan + tear-down + rest + unexplained

Shell, start-up and host are differences of medians of runs that do less: `sh -c 'exec true'`, `concbench list`, `concbench
plan`. Set-up to rest are of the sample's own clock and add up to its total. What is then left of the wall time is the
unexplained line; a little below zero or above is the noise of those medians. Columns show the run of median wall time,
so that they add up; the last line is the unexplained part of all runs.

`concbench run --samples=1` is no such run: it also probes the host, does trial units and a primer, and writes a result.
Keep the host quiet: this holds no lock against another concbench.

Exit status: 0 done; 2 usage, or there is no concbench; 5 a sample failed; 6 nothing was measured, as hyperfine is missing
or all modes were skipped: the reason is on standard error; 7 the table could not be written; 128 + signal interrupted.
"""
import argparse
import json
import os
import shlex
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXIT_USAGE, EXIT_WORKLOAD, EXIT_NOTHING, EXIT_SAVE, EXIT_SIGNAL = 2, 5, 6, 7, 128
CALIBRATED_NS = 50_000_000  # a serial sample is made at least this long where no units are given
UNITS_MAX = 1 << 40
LADDER_RUNS = 51  # at least, of a command that takes a ms: its median must not tremble by as much as it is
SAMPLE_TIMEOUT_NS = 60_000_000_000

# What a wall time is made of, in the order of time: key, heading.
LINES = (
    ("shell_ns", "shell, creation of the process"),
    ("startup_ns", "start-up of the program"),
    ("host_ns", "host and plan"),
    ("setup_ns", "set-up of the workload"),
    ("spawn_ns", "creation of the workers"),
    ("warmup_ns", "warm-up, as asked for"),
    ("gate_ns", "gate"),
    ("makespan_ns", "makespan"),
    ("teardown_ns", "tear-down"),
    ("rest_ns", "rest of the sample: leader, init, counters"),
    ("unexplained_ns", "unexplained: also prepare, expect, answer"),
)
MEASURED = ("setup_ns", "spawn_ns", "gate_ns", "makespan_ns", "teardown_ns")


class Stop(Exception):
    """Nothing more can be done; with the exit status."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Failed(Exception):
    """A mode could not be measured; with the status of its cell."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


# ---- what is asked for ---------------------------------------------------------------------------------------


def split_workload(text):
    """("NAME", {parameter: value}) of NAME:name=value,...; a backslash takes , : = and itself literally."""
    words, seps, escaped = [""], [], False
    for c in text:
        want = ":" if not seps else "=" if seps[-1] in ":," else ","
        if escaped or (c != "\\" and c != want):
            words[-1] += c
            escaped = False
        elif c == "\\":
            escaped = True
        else:
            words.append("")
            seps.append(c)
    if escaped or len(words) % 2 == 0 or not all(words[:1] + words[1::2]):
        raise Stop(EXIT_USAGE, f"{printable(text)}: a workload is written NAME or NAME:name=value,name=value")
    return words[0], dict(zip(words[1::2], words[2::2]))


def description(args, mode, units):
    """The sample of a mode, as `concbench sample` reads it."""
    d = {"schema": "concbench.sample/1", "workload": args.name, "params": args.params, "mode": mode, "workers": args.workers,
         "units": units, "warmup_ns": args.warmup_ms * 1_000_000, "timeout_ns": SAMPLE_TIMEOUT_NS}
    if mode == "serial":
        d["workers"] = 1
    if mode == "hybrid":
        threads = max(2, args.workers // 2)
        d.update(workers=2 * threads, processes=2, threads=threads)
    return d


def shape_of(d):
    return f"{d['processes']}x{d['threads']}" if "processes" in d else str(d["workers"])


# ---- running -------------------------------------------------------------------------------------------------


def printable(text):
    """A text from outside for a terminal."""
    text = str(text)
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:400])


def run(words, text=""):
    """(exit status, stdout, stderr) of a command. It does not outlive us, nor does what it started in its group."""
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          errors="replace", start_new_session=True) as p:
        try:
            out, err = p.communicate(text)
            return p.returncode, out, err
        finally:
            if p.poll() is None:
                os.killpg(p.pid, signal.SIGKILL)


def last_line(text):
    lines = [line for line in text.splitlines() if line.strip()]
    return printable(lines[-1]) if lines else "it said nothing"


def parsed(text):
    """The sample in an answer of `concbench sample`; Failed where it says that there is none."""
    try:
        answer = json.loads(text)
        if answer["status"] != "ok":
            raise Failed(printable(answer["status"]), printable(answer.get("reason", "no reason was given")))
        sample = answer["sample"]
        if not all(type(sample[key]) is int and sample[key] >= 0 for key in MEASURED + ("total_ns",)):
            raise ValueError("a time is no whole number")
        return sample
    except (ValueError, KeyError, TypeError) as error:
        raise Failed("failed", f"the answer of concbench sample makes no sense: {printable(error)}") from error


def one_sample(args, d):
    """A sample that nobody times, to see that it can be taken."""
    status, out, err = run([args.concbench, "sample"], json.dumps(d))
    if status == EXIT_USAGE:
        raise Stop(EXIT_USAGE, last_line(err).removeprefix("concbench: "))
    if not out.strip():
        raise Failed("failed", f"concbench sample ended with status {status}: {last_line(err)}")
    return parsed(out)


def calibrated(args):
    """Units of which a serial sample lasts long enough; every mode then does as many."""
    units = 1
    while True:
        makespan = one_sample(args, description(args, "serial", units))["makespan_ns"]
        if makespan >= CALIBRATED_NS or units >= UNITS_MAX:
            return units
        units = int(units * min(64, max(2, 1.2 * CALIBRATED_NS / max(makespan, 1))))


def redirected(words, folder, request="/dev/null", answers="/dev/null"):
    """Words for hyperfine, which gives its commands no standard input: a shell that replaces itself by the command."""
    line = f"exec {shlex.join(words)} <{shlex.quote(request)} >>{shlex.quote(os.path.join(folder, answers))}"
    return shlex.join(["sh", "-c", line])


def timed(args, folder, command, runs):
    """Wall times of that many runs of the command by hyperfine, in ns, in their order."""
    export = os.path.join(folder, "hyperfine.json")
    if os.path.exists(export):
        os.remove(export)
    status, _, err = run([args.hyperfine, "--shell=none", "--style=none", "--warmup=1", f"--runs={runs}",
                          f"--export-json={export}", command])
    if status != 0:
        raise Failed("failed", f"hyperfine ended with status {status}: {last_line(err)}")
    try:
        with open(export, encoding="utf-8") as f:
            times = [round(float(t) * 1e9) for t in json.load(f)["results"][0]["times"]]
    except (OSError, ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise Failed("failed", f"what hyperfine wrote makes no sense: {printable(error)}") from error
    if len(times) != runs or min(times) <= 0:
        raise Failed("failed", f"hyperfine wrote {len(times)} times for {runs} runs, or times that are none")
    return times


# ---- measuring -----------------------------------------------------------------------------------------------


def references(args, folder, mode, units):
    """What a run takes before its sample begins, from medians of runs that do less."""
    d = description(args, mode, units)
    plan = [args.concbench, "plan", f"--mode={mode}", f"--workers={d['workers']}", f"--units={units}", args.workload]
    ladder = [["true"], [args.concbench, "list"], plan]
    true, start, host = (statistics.median(timed(args, folder, redirected(words, folder), max(args.runs, LADDER_RUNS)))
                         for words in ladder)
    return {"shell_ns": round(true), "startup_ns": round(start - true), "host_ns": round(host - start)}


def explained(wall, sample, before, warmup_ns):
    """The lines of one run. Their sum is its wall time."""
    lines = dict(before)
    lines.update((key, sample[key]) for key in MEASURED)
    rest = sample["total_ns"] - sum(sample[key] for key in MEASURED)
    lines["warmup_ns"] = min(warmup_ns, max(rest, 0))
    lines["rest_ns"] = rest - lines["warmup_ns"]
    lines["unexplained_ns"] = wall - sample["total_ns"] - sum(before.values())
    return {"wall_ns": wall, "total_ns": sample["total_ns"], "lines": {key: lines[key] for key, _ in LINES}}


def measured(args, folder, mode, units, before):
    """The runs of a mode."""
    d = description(args, mode, units)
    request, answers = (os.path.join(folder, f"{mode}.{what}") for what in ("request", "answers"))
    with open(request, "w", encoding="utf-8") as f:
        json.dump(d, f)
    walls = timed(args, folder, redirected([args.concbench, "sample"], folder, request, answers), args.runs)
    with open(answers, encoding="utf-8", errors="replace") as f:
        samples = [parsed(line) for line in f.read().splitlines()[-args.runs:]]
    if len(samples) != args.runs:
        raise Failed("failed", f"{args.runs} runs gave {len(samples)} answers")
    return [explained(wall, sample, before, d["warmup_ns"]) for wall, sample in zip(walls, samples)]


def tried(args, mode, units):
    """A mode's entry in the JSON, without runs: whether a sample of it can be taken at all."""
    entry = {"mode": mode, "shape": shape_of(description(args, mode, units)), "status": "ok"}
    try:
        one_sample(args, description(args, mode, units))
    except Failed as error:
        entry.update(status=error.status, reason=str(error))
    return entry


def add_runs(args, folder, entry, units, before):
    try:
        entry["runs"] = measured(args, folder, entry["mode"], units, before)
        by_wall = sorted(range(args.runs), key=lambda i: entry["runs"][i]["wall_ns"])
        entry["shown"] = by_wall[(args.runs - 1) // 2]
    except Failed as error:
        entry.update(status=error.status, reason=str(error))


def measure(args):
    version = run([args.hyperfine, "--version"])[1]
    with tempfile.TemporaryDirectory(prefix="concbench-hyperfine-") as folder:
        try:
            units = args.units or calibrated(args)
            modes = [tried(args, mode, units) for mode in args.modes]
            ok = [entry for entry in modes if entry["status"] == "ok"]
            before = references(args, folder, ok[0]["mode"], units) if ok else None
        except Failed as error:
            raise Stop(EXIT_NOTHING if error.status == "skipped" else EXIT_WORKLOAD, str(error)) from error
        for entry in ok:
            add_runs(args, folder, entry, units, before)
    return {"schema": "concbench.hyperfine/1", "hyperfine": last_line(version), "workload": args.workload, "units": units,
            "warmup_ns": args.warmup_ms * 1_000_000, "modes": modes}


# ---- showing -------------------------------------------------------------------------------------------------


def ms(ns):
    return f"{ns / 1e6:.3f}"


def as_text(result):
    modes = [m for m in result["modes"] if m["status"] == "ok"]
    shown = [m["runs"][m["shown"]] for m in modes]
    spans = [sorted(r["lines"]["unexplained_ns"] for r in m["runs"]) for m in modes]
    rows = [["milliseconds"] + [f"{m['mode']} {m['shape']}" for m in modes],
            ["wall, by hyperfine"] + [ms(r["wall_ns"]) for r in shown]]
    rows += [[("= " if i == 0 else "+ ") + heading] + [ms(r["lines"][key]) for r in shown]
             for i, (key, heading) in enumerate(LINES)]
    rows += [["total, by concbench (set-up to rest)"] + [ms(r["total_ns"]) for r in shown],
             ["unexplained, smallest of all runs"] + [ms(s[0]) for s in spans],
             ["unexplained, largest of all runs"] + [ms(s[-1]) for s in spans]]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    out = [f"{printable(result['workload'])}, {result['units']} units; {result['hyperfine']}; the run of median wall time"]
    if modes:
        out += ["  ".join([row[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(row[1:], widths[1:])]) for row in rows]
    out += [f"{m['mode']} {m['shape']}: {m['status']}: {m['reason']}" for m in result["modes"] if m["status"] != "ok"]
    return "\n".join(out) + "\n"


def status_of(result):
    statuses = [m["status"] for m in result["modes"]]
    if any(s not in ("ok", "skipped") for s in statuses):
        return EXIT_WORKLOAD
    return 0 if "ok" in statuses else EXIT_NOTHING


# ---- the command ---------------------------------------------------------------------------------------------


def positive(most):
    def parse(text):
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{printable(text)!r} is not a whole number from 1 to {most}")
        return int(text)

    return parse


def arguments(argv):
    parser = argparse.ArgumentParser(prog="hyperfine.py", usage=argparse.SUPPRESS, description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", nargs="?", default="cpu_prime", help=argparse.SUPPRESS)
    parser.add_argument("--mode", default="serial,processes,threads,hybrid", metavar="LIST", help="modes [all four]")
    parser.add_argument("--workers", type=positive(10_000), metavar="N", help="of a mode but serial [the usable CPUs]")
    parser.add_argument("--units", type=positive(UNITS_MAX), metavar="N", help="of each sample [50 ms or more of serial work]")
    parser.add_argument("--runs", type=positive(100_000), default=11, metavar="N", help="of each command [11]")
    parser.add_argument("--warmup-ms", type=positive(60_000), default=20, metavar="N", help="of each worker [20]")
    parser.add_argument("--json", action="store_true", help="docs/hyperfine.schema.json instead of the table")
    args = parser.parse_args(argv)
    args.name, args.params = split_workload(args.workload)
    args.modes = args.mode.split(",")
    if len(set(args.modes)) != len(args.modes):
        raise Stop(EXIT_USAGE, f"--mode={printable(args.mode)}: a mode is named twice")
    return args


def find_programs(args):
    """The programs' paths, and how many CPUs concbench may use."""
    args.concbench = os.environ.get("CONCBENCH") or os.path.join(ROOT, "build", "concbench")
    if not os.access(args.concbench, os.X_OK):
        raise Stop(EXIT_USAGE, f"{printable(args.concbench)} is not there: run make, or set CONCBENCH")
    args.hyperfine = shutil.which("hyperfine")
    if not args.hyperfine:
        raise Stop(EXIT_NOTHING, "skipped: hyperfine is not installed (Debian package hyperfine; scripts/deps --bench)")
    if not args.workers:
        _, out, err = run([args.concbench, "host", "--json"])
        try:
            args.workers = int(json.loads(out)["cpus_usable"])
        except (ValueError, KeyError, TypeError) as error:
            raise Stop(EXIT_USAGE, f"concbench host --json does not say how many CPUs there are: {last_line(err)}") from error


def main(argv):
    try:
        args = arguments(argv)
        find_programs(args)
        result = measure(args)
    except Stop as error:
        print(f"hyperfine.py: {error}", file=sys.stderr)
        return error.status
    try:
        sys.stdout.write(json.dumps(result, indent=1) + "\n" if args.json else as_text(result))
        sys.stdout.flush()
    except OSError as error:
        print(f"hyperfine.py: standard output: {error.strerror}", file=sys.stderr)
        sys.stdout = None  # nothing is flushed again at the end
        return EXIT_SAVE
    return status_of(result)


def interrupted(number, _):
    raise SystemExit(EXIT_SIGNAL + number)


if __name__ == "__main__":
    for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(caught, interrupted)
    sys.exit(main(sys.argv[1:]))
