"""Texts from outside made safe for terminals, Markdown and spreadsheets; numbers as people read them."""

import math
import re
from typing import Any, Callable, NamedTuple, Optional, Sequence, Tuple

MAX_SHOWN = 256  # characters of a text in a table or message
MAX_CSV = 32767  # characters of a CSV field: what spreadsheets take


def shorten(text: str, limit: int = MAX_SHOWN) -> str:
    """The text, cut to limit characters with dots at the cut."""
    return text if len(text) <= limit else text[: limit - 3] + "..."


def printable(text: str, keep: str = "") -> str:
    """The text with control, direction and other invisible characters, but those in keep, as escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else ascii(c)[1:-1] for c in text)


def shown(text: str) -> str:
    """A text from outside, safe and short enough for people's terminals."""
    return printable(shorten(text))


MARKDOWN_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# An underscore inside a word is no emphasis and stays readable.
MARKDOWN_SPECIAL = re.compile(r"[\\|`*\[\]~&<>]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")


def markdown(text: str) -> str:
    """The text for a Markdown table cell, as literal characters."""
    return MARKDOWN_SPECIAL.sub(lambda m: MARKDOWN_ENTITIES.get(m[0], "\\" + m[0]), text)


def csv_text(text: str) -> str:
    """A text field that no spreadsheet takes for a formula."""
    text = printable(shorten(text, MAX_CSV), keep="\t\r\n")
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


# ---- numbers for people ------------------------------------------------------------------------------

def three_digits(value: float) -> str:
    """The value with three significant digits at most."""
    size = abs(value)
    if size != 0 and (size < 1 or size >= 1e6):
        return "%.3g" % value
    text = "%.*f" % (2 if size < 9.995 else 1 if size < 99.95 else 0, value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def significant(value: float, digits: int) -> str:
    """The value in fixed notation with that many significant digits, its zeros included."""
    before = math.floor(math.log10(value * (1 + 0.5 * 10**-digits))) + 1 if value > 0 else 1
    return "%.*f" % (min(max(digits - before, 0), 9), value)


Scale = Sequence[Tuple[float, str]]
RATE_SCALE: Scale = ((1, "/s"), (1e3, "k/s"), (1e6, "M/s"), (1e9, "G/s"), (1e12, "T/s"))
TIME_SCALE: Scale = ((1, "ns"), (1e3, "us"), (1e6, "ms"), (1e9, "s"))
SIZE_SCALE: Scale = ((1, "B"), (1 << 10, "KiB"), (1 << 20, "MiB"), (1 << 30, "GiB"), (1 << 40, "TiB"))
FIXED_MAX = 1e16  # numbers from here on in exponential notation


def pick_unit(value: float, scale: Scale, digits: int) -> Tuple[float, str]:
    """The largest unit in which the value, once rounded, is at least 1; the smallest for little values."""
    chosen = scale[0]
    for row in scale:
        if value * (1 + 0.5 * 10**-digits) >= row[0]:
            chosen = row
    return chosen


def with_unit(scale: Scale, digits: int) -> Callable[[float], str]:
    """A formatter of values of at least 0 in the scale's unit, as concbench itself writes them."""

    def format_value(value: float) -> str:
        factor, unit = pick_unit(value, scale, digits)
        if value >= FIXED_MAX * scale[-1][0]:
            return "%.3e%s" % (value / factor, unit)
        if factor == 1 and value == math.floor(value):
            return "%d%s" % (value, unit)
        return significant(value / factor, digits) + unit

    return format_value


def percent(share: float) -> str:
    """A share of 1 as a percentage: two significant digits below 10 %, else none behind the point."""
    size = abs(share) * 100
    if size >= FIXED_MAX:
        return "%.3e%%" % (share * 100)
    return "%.*f%%" % (0 if size >= 9.95 else 1 if size >= 0.05 or size == 0 else 2, share * 100)


def factor_text(value: float) -> str:
    """A ratio."""
    return "%.2fx" % value if value < FIXED_MAX else "%.3ex" % value


class Kind(NamedTuple):
    """How values of a column are shown to people; CSV always has them raw."""

    numeric: bool
    human: Callable[[Any], str]


TEXT = Kind(False, str)
FLAG = Kind(False, lambda value: "yes" if value else "no")
COUNT = Kind(True, lambda value: str(value) if isinstance(value, int) else three_digits(value))
NUMBER = Kind(True, three_digits)
RATE = Kind(True, with_unit(RATE_SCALE, 4))
TIME = Kind(True, with_unit(TIME_SCALE, 3))
SIZE = Kind(True, with_unit(SIZE_SCALE, 3))
SHARE = Kind(True, percent)
FACTOR = Kind(True, factor_text)


def divide(a: Optional[float], b: Optional[float]) -> Optional[float]:
    """a / b, or None where that is no finite number."""
    if a is None or not b:
        return None
    quotient = a / b
    return quotient if math.isfinite(quotient) else None
