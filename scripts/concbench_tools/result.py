"""Result files, read strictly: what comes out of here has the types that shapes.py names, or InputError is raised.

load(path, take) is all that a reader needs. concbench writes one cell a line, and such files are read a line at a
time: each cell is checked and handed to take, whose return value is kept in its place, so that a file of 10,000
cells needs no more memory than what the caller takes of them. Files laid out otherwise are read whole, and so are
broken ones, because that finds out what is wrong with them.
"""

import gc
import io
import json
import math
import os
import re
import sys
from typing import Any, BinaryIO, Callable, Dict, Iterator, List, NamedTuple, Sequence, Set, Tuple

from .shapes import CELL, RESULT, fits, misfit
from .text import shorten

SCHEMA = "concbench.result/1"
MAX_FILE_BYTES = 256 << 20  # of a file that is read whole, and of a line
MAX_DIGITS = 40  # of a whole number: 2^64 has 20



class InputError(Exception):
    """A file that cannot be used; the text says why, without the file's name."""


class OtherLayout(Exception):
    """The file is not one cell a line, or it is broken."""


Cell = Dict[str, Any]
Take = Callable[[Cell], Any]


# ---- JSON --------------------------------------------------------------------------------------------


def refuse_duplicates(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    """An object's pairs as a dict, provided that no key comes twice."""
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise InputError('the key "%s" comes twice in an object' % shorten(name))
        seen.add(name)
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


STRICT = {"object_pairs_hook": refuse_duplicates, "parse_constant": refuse_constant, "parse_float": parse_real}
PARSER = json.JSONDecoder(parse_int=parse_whole, **STRICT)
# Most of a file is whole numbers: a call for each would double the time. Where none is long, none is out of range.
QUICK_PARSER = json.JSONDecoder(**STRICT)
LONG_NUMBER = re.compile(r"[0-9]{%d}" % (MAX_DIGITS + 1))


def parse_json(text: str) -> Any:
    """The JSON value of a text; InputError for everything that is no plain, bounded JSON."""
    try:
        return (PARSER if LONG_NUMBER.search(text) else QUICK_PARSER).decode(text)
    except json.JSONDecodeError as error:
        raise InputError(describe_json_error(text, error)) from None
    except RecursionError:
        raise InputError("is nested too deeply") from None


# ---- one cell a line ---------------------------------------------------------------------------------


def lines_of(file: BinaryIO) -> Iterator[str]:
    """The file's lines, without white space around them."""
    while True:
        line = file.readline(MAX_FILE_BYTES + 1)
        if not line:
            return
        if len(line) > MAX_FILE_BYTES:
            raise OtherLayout
        yield line.decode("utf-8").strip()


def read_head(lines: Iterator[str]) -> Dict[str, Any]:
    """All that stands before the cells."""
    head = []
    for line in lines:
        head.append(line)
        # The object can only end here if this list is its own: an inner one would leave it open.
        if line.endswith('"cells": ['):
            return parse_json("\n".join(head) + "]}")
        if len(head) > 1000:
            break
    raise OtherLayout


def read_cells(lines: Iterator[str]) -> Iterator[Cell]:
    """The cells, each on a line, up to the end of the object."""
    more = None  # whether the line before promised another cell
    for line in lines:
        if line.startswith("]"):
            tail = line + "".join(lines)
            if more or re.sub(r"\s", "", tail) != "]}":
                raise OtherLayout
            return
        if more is False:
            raise OtherLayout
        more = line.endswith(",")
        yield parse_json(line[:-1] if more else line)
    raise OtherLayout


def stream(file: BinaryIO, take: Take) -> Dict[str, Any]:
    """The result of a file with one cell a line; OtherLayout or an error when it is not or is broken."""
    lines = lines_of(file)
    value = read_head(lines)
    check_head(value)
    ids: Set[str] = set()
    kept = value["cells"]
    for cell in read_cells(lines):
        if not isinstance(cell, dict) or not fits(cell, CELL):
            raise OtherLayout
        check_id(cell, ids)
        kept.append(take(cell))
    return value


# ---- whole files -------------------------------------------------------------------------------------


def read_whole(file: BinaryIO, take: Take) -> Dict[str, Any]:
    """The result of a file of any layout; the error says what is wrong with a broken one."""
    data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise InputError("is larger than %d MiB" % (MAX_FILE_BYTES >> 20))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError("is not UTF-8 text: bad byte at offset %d" % error.start) from None
    del data
    value = parse_json(text)
    check_head(value)
    ids: Set[str] = set()
    for cell in value["cells"]:
        check_id(cell, ids)
    value["cells"] = [take(cell) for cell in value["cells"]]
    return value


def check_head(value: Any) -> None:
    """Refuses what is no result of the one schema that is understood here, or has a wrong type anywhere."""
    if not isinstance(value, dict) or "schema" not in value:
        raise InputError('is not a concbench result: it has no "schema"')
    if value["schema"] != SCHEMA:
        name = value["schema"] if isinstance(value["schema"], str) else "(not text)"
        raise InputError("has the schema %s; this script reads %s" % (shorten(name, 60), SCHEMA))
    if "cells" not in value:
        raise InputError("has no cells")
    if not fits(value, RESULT):
        raise InputError(misfit(value, RESULT, ""))


def check_id(cell: Cell, ids: Set[str]) -> None:
    """Refuses an id that stands for two cells: they could not be matched."""
    name = cell.get("id")
    if name is None:
        return
    if name in ids:
        raise InputError("the cell id %s comes twice" % shorten(name))
    ids.add(name)


# ---- the way in --------------------------------------------------------------------------------------


def open_binary(path: str) -> BinaryIO:
    """The file, or standard input for "-", in a form that can be read twice."""
    if path != "-":
        file = open(path, "rb")
        if file.seekable():
            return file
    else:
        file = open(0, "rb", closefd=False)
    with file:
        return io.BytesIO(file.read(MAX_FILE_BYTES + 1))


def read_file(path: str, take: Take) -> Dict[str, Any]:
    """The result in a file, a line at a time where that goes, else whole."""
    with open_binary(path) as file:
        try:
            return stream(file, take)
        except (OtherLayout, InputError, UnicodeDecodeError):
            file.seek(0)
            return read_whole(file, take)


def load(path: str, take: Take = lambda cell: cell) -> Dict[str, Any]:
    """A result file's JSON, checked, with what take makes of each cell in its place.

    take may be called again for all cells, from the first, when a file turns out to be broken in the middle.
    """
    collecting = gc.isenabled()
    gc.disable()  # JSON has no cycles; looking for them in millions of new objects takes longer than parsing
    try:
        return read_file(path, take)
    except OSError as error:
        raise InputError("cannot be read: %s" % (error.strerror or error)) from None
    except MemoryError:
        raise InputError("is too large for this machine's memory") from None
    finally:
        if collecting:
            gc.enable()


class Result(NamedTuple):
    """One file: the name it has in the table, and its checked JSON."""

    title: str
    data: Dict[str, Any]


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


def load_all(paths: Sequence[str], take: Take = lambda cell: cell) -> List[Result]:
    """All files, as load gives them; the error names the one it is about."""
    loaded = []
    for path in paths:
        try:
            loaded.append(load(path, take))
        except InputError as error:
            raise InputError("%s: %s" % (shorten(path) or "(empty name)", shorten(str(error)))) from None
    return [Result(title, data) for title, data in zip(titles_of(paths), loaded)]
