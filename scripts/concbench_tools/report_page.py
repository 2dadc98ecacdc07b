"""Puts the page of report.py together: the parts in page/, Chart.js from where it is installed, and the data.

The page holds all that it needs; its content security policy lets the browser run these scripts, by their hashes, and ask
for nothing over a network. Data are JSON in an element that is never run, and get into the page as text only.
"""

import base64
import gzip
import hashlib
import html
import json
import os
import re
from typing import Any, Iterator, NamedTuple, Optional

from .report_data import DETAILS, MAX_RAW_SAMPLES, Detail, Report
from .result import InputError
from .text import shorten, shown

PARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "page")
SCRIPTS = ("text.js", "dom.js", "charts.js", "scaling.js", "figures.js", "page.js")

CHARTJS_PACKAGE = "libjs-chart.js"
CHARTJS_PLACES = (
    "/usr/share/javascript/chart.js/chart.min.js",
    "/usr/share/nodejs/chart.js/dist/chart.min.js",
    "/usr/local/share/javascript/chart.js/chart.min.js",
)
CHARTJS_MAX_BYTES = 1 << 20
MAX_PAGE_BYTES = 2_000_000


class Library(NamedTuple):
    """The chart library: its source, and what its own first comment says of version and licence."""

    source: str
    banner: str


def load_library(given: Optional[str]) -> Library:
    """Chart.js from the file that was given, or from where packages put it."""
    places = [given] if given else list(CHARTJS_PLACES)
    path = next((place for place in places if os.path.isfile(place)), None)
    if path is None:
        where = "is not there" if given else "is not installed"
        raise InputError(
            "Chart.js %s: install the package %s, or name its file by --chartjs=FILE%s"
            % (where, CHARTJS_PACKAGE, " (looked for %s)" % shorten(given) if given else "")
        )
    try:
        with open(path, encoding="utf-8") as file:
            source = file.read(CHARTJS_MAX_BYTES + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("%s: cannot be read: %s" % (shorten(path), error)) from None
    banner = re.match(r"\s*/\*!?(.*?)\*/", source, re.DOTALL)
    if len(source) > CHARTJS_MAX_BYTES or not banner or "Chart.js" not in banner[1]:
        raise InputError("%s: is not Chart.js: its first comment does not say so" % shorten(path))
    # The map is a file that the page has not.
    source = re.sub(r"//# sourceMappingURL=\S+\s*$", "", source)
    return Library(source, " ".join(banner[1].replace("*", " ").split()))


def embed(value: Any) -> str:
    """JSON that ends no script element, opens no comment and holds ASCII only."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def part(name: str) -> str:
    """A file of the page."""
    with open(os.path.join(PARTS, name), encoding="utf-8") as file:
        return file.read()


def hash_of(text: str) -> str:
    """For the content security policy: what alone may run."""
    return "'sha256-%s'" % base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def fill(data: str, library: Library, title: str) -> str:
    """The page. All in one pass, so that nothing in the data is taken for a place to fill."""
    code = '"use strict";\n' + "\n".join(part(name) for name in SCRIPTS)
    style = part("page.css")
    policy = "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; script-src %s %s; style-src %s" % (
        hash_of(library.source),
        hash_of(code),
        hash_of(style),
    )
    values = {
        "title": html.escape(title),
        "policy": policy,
        "style": style,
        "library": library.source,
        "banner": html.escape(library.banner),
        "code": code,
        "data": data,
    }
    return re.sub(r"@@(\w+)@@", lambda match: values[match[1]], part("page.html"))


def elements_of(report: Report, detail: Detail, groups: Optional[int], reason: str) -> Iterator[str]:
    """The element that holds the data, as text and, smaller, packed."""
    text = data_of(report, detail, groups, reason)
    yield '<script type="application/json" id="data">%s</script>' % text
    packed = base64.b64encode(gzip.compress(text.encode("ascii"), mtime=0)).decode("ascii")
    yield '<script type="application/gzip" id="data">%s</script>' % packed


def largest_element(report: Report, room: int, reason: str) -> str:
    """The element with as much detail as fits into so many bytes, and with all groups if any detail allows that."""
    for detail in DETAILS:
        for element in elements_of(report, detail, None, reason):
            if len(element) <= room:
                return element
    count = len(report.groups)
    while count:
        count = min(count - 1, int(count * room / len(element)))
        for element in elements_of(report, DETAILS[-1], count, reason):
            if len(element) <= room:
                return element
    raise InputError("the hosts and options of so many files do not fit into a page of %d bytes" % MAX_PAGE_BYTES)


def make_page(report: Report, library: Library, reason: str) -> str:
    """The page with as much detail as fits."""
    titles = [shown(result.title) for result in report.results[:3]] + (["..."] if len(report.results) > 3 else [])
    title = "concbench: " + ", ".join(titles)
    room = MAX_PAGE_BYTES - len(fill("", library, title).encode("utf-8"))
    return fill(largest_element(report, room, reason), library, title)


def data_of(report: Report, detail: Detail, groups: Optional[int], reason: str) -> str:
    """The page's JSON, with what it leaves out in words."""
    page = report.page(detail, groups)
    page["left_out"] = []
    if reason:
        page["left_out"].append("There are no fits, no split of losses and no advice: %s." % shown(reason))
    if detail.text:
        page["left_out"].append("To keep this page below 2 MB %s; the result files have all." % detail.text)
    elif report.sample_count > MAX_RAW_SAMPLES:
        page["left_out"].append(
            "%d samples are more than %d, so they are shown as least, median and greatest of up to 200 bins for each workload."
            % (report.sample_count, MAX_RAW_SAMPLES)
        )
    if groups is not None:
        page["left_out"].append(
            "Only the first %d of %d workloads with their parameters fit into this page: give it fewer files, or run with --cells."
            % (groups, len(report.groups))
        )
    return embed(page)
