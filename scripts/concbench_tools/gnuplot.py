"""Figures drawn by gnuplot: a script of it is made, run, and what it draws is returned.

Nothing from a result file can be a command: data blocks hold numbers only, and texts stand in single quotes, in which
gnuplot knows no escape but the doubled quote, on terminals without its enhanced (markup) mode. A single quote itself is
joined on as "\\047": some commands of gnuplot 5.4 take a text that begins with a doubled quote for an empty one.
"""

import html
import math
import os
import subprocess
from typing import List, NamedTuple, Sequence, Tuple

from .cli import UsageError
from .figures import Figure, Panel, Series
from .text import printable, shorten

TIMEOUT_S = 60
PIXELS_PER_INCH = 96
MISSING = "gnuplot is not installed: install it, on Debian and Ubuntu with apt-get install gnuplot-nox"


class Style(NamedTuple):
    """How a series looks: colours that the colour-blind tell apart (Okabe and Ito), of different lightness."""

    color: str
    point: int
    dash: int


STYLES = (
    Style("#0072B2", 7, 1),  # blue, disc
    Style("#E69F00", 9, 1),  # orange, triangle
    Style("#009E73", 5, 1),  # green, square
    Style("#D55E00", 11, 1),  # vermilion, triangle down
    Style("#56B4E9", 6, 4),  # sky blue, circle
    Style("#CC79A7", 8, 4),  # purple, open triangle
    Style("#000000", 4, 4),  # black, open square
    Style("#999999", 13, 4),  # grey, diamond
)


class Output(NamedTuple):
    """What is drawn on: svg, png, pdf or dumb, and its size in pixels or characters."""

    kind: str
    width: int
    height: int


TERMINALS = {
    "svg": "set terminal svg size {w},{h} noenhanced font 'sans-serif,13' background '#ffffff'",
    "png": "set terminal pngcairo size {w},{h} noenhanced font 'sans,11' background '#ffffff'",
    "pdf": "set terminal pdfcairo size {wi:.3f}in,{hi:.3f}in noenhanced font 'sans,11' background '#ffffff'",
    "dumb": "set terminal dumb size {w},{h} noenhanced mono",
}
FORMATS = {"factor": "%g", "count": "%.1s%c", "percent": "%.0f%%", "seconds": "%.0s%cs"}


# ---- words -------------------------------------------------------------------------------------------


def quoted(text: str) -> str:
    """A text of the script, taken literally."""
    return "'%s'" % printable(text).replace("'", "'.\"\\047\".'")


def tic_label(text: str) -> str:
    """A name of a place on an axis, in which gnuplot would take % for a format."""
    return quoted(shorten(text, 40).replace("%", "%%"))


def number(value: float) -> str:
    """A number of the script."""
    return "%.17g" % value


# ---- panels ------------------------------------------------------------------------------------------


def block_name(panel: int, series: int) -> str:
    """The data block of a series."""
    return "$p%ds%d" % (panel, series)


def data_block(name: str, series: Series, width: float) -> List[str]:
    """x, y, low, high and half the bar's width of each point."""
    rows = [" ".join(number(v) for v in (*point, width)) for point in series.points if all(map(math.isfinite, point))]
    return ["%s << EOD" % name] + rows + ["EOD"]


def is_flat(series: Series) -> bool:
    """Whether no point has an interval."""
    return all(point.low == point.high for point in series.points)


def bar_plots(name: str, series: Series, look: str, title: str) -> List[str]:
    """Bars, with their intervals in black."""
    plots = ["%s using 1:2:5 with boxes fill solid 0.85 border rgb '#000000' %s title %s" % (name, look, title)]
    if not is_flat(series):
        plots.append("%s using 1:3:(0):($4-$3) with vectors heads size graph 0.008,90 linewidth 1.5 linecolor rgb '#000000' notitle" % name)
    return plots


def curve_plots(name: str, series: Series, look: str, color: str, title: str) -> List[str]:
    """A line with points and their intervals."""
    plots = ["%s using 1:2 with linespoints %s title %s" % (name, look, title)]
    if not is_flat(series):
        plots.append("%s using 1:3:(0):($4-$3) with vectors heads size graph 0.012,90 linewidth 1.5 linecolor rgb '%s' notitle" % (name, color))
    return plots


def series_plots(name: str, series: Series, panel: Panel, output: Output) -> List[str]:
    """What plot is told of a series. Characters cannot show bars of many colours: there points stand for them."""
    style = STYLES[series.style % len(STYLES)]
    title = quoted(shorten(series.label, 60)) if panel.legend else "''"
    if output.kind == "dumb":
        shape = "points" if panel.bars else "linespoints"
        return ["%s using 1:2 with %s pointtype %d title %s" % (name, shape, series.style + 1, title)]
    if panel.bars:
        return bar_plots(name, series, "linecolor rgb '%s'" % style.color, title)
    look = "linecolor rgb '%s' linewidth 2 dashtype %d pointtype %d pointsize 0.9" % (style.color, style.dash, style.point)
    return curve_plots(name, series, look, style.color, title)


def x_range(panel: Panel) -> Tuple[float, float]:
    """The ends of the x axis, with room beside the outermost points."""
    if panel.tics and (panel.bars or not panel.ideal and panel.x_label != "workers"):
        return -0.6, len(panel.tics) - 0.4
    xs = [point.x for series in panel.series for point in series.points]
    low, high = min(xs), max(xs)
    if panel.log:
        return min(low, 1) / 1.15, high * 1.15
    return min(low, 1) - 0.04 * (high - low) - 0.2, high + 0.04 * (high - low) + 0.2


def axes(panel: Panel, figure: Figure, output: Output) -> List[str]:
    """Ranges, tics and labels."""
    low, high = x_range(panel)
    lines = ["set title %s" % quoted(panel.title), "set xlabel %s" % quoted(panel.x_label)]
    lines.append("set xrange [%s:%s]" % (number(low), number(high)))
    lines.append("set yrange [%s]" % ("*:*" if panel.log else "0:*"))
    lines += ["unset logscale", "unset offsets" if panel.log else "set offsets 0, 0, graph 0.05, 0"]
    if panel.log:
        lines.append("set logscale xy 2" if panel.ideal else "set logscale y 10")
    tics = ", ".join("%s %s" % (tic_label(text), number(x)) for x, text in panel.tics)
    room = output.width / grid_of(len(figure.panels))[1] - 100 - (200 if panel.legend else 0)
    long = panel.bars and output.kind != "dumb" and sum(len(text) + 2 for _, text in panel.tics) * 9 > room
    lines.append("set xtics (%s) %s" % (tics, "rotate by -25" if long else "norotate") if tics else "set xtics autofreq norotate")
    lines.append("set format y %s" % quoted(FORMATS[figure.measure.unit]))
    lines.append("set key outside right top" if panel.legend and panel.bars else "set key below" if panel.legend else "unset key")
    return lines


def level_plots(panel: Panel, output: Output) -> List[str]:
    """Lines to read against: the ideal, and levels across the panel."""
    look = "" if output.kind == "dumb" else " linecolor rgb '#666666' linewidth 1.5 dashtype 2"
    plots = ["x with lines%s title 'ideal'" % look] if panel.ideal else []
    for y, text in panel.levels:
        name = "title %s" % quoted(text) if text else "notitle"
        dash = look if y != 1 else look.replace("dashtype 2", "dashtype 3")
        plots.append("%s with lines%s %s" % (number(y), dash, name))
    return plots


def panel_script(place: int, figure: Figure, output: Output) -> List[str]:
    """The commands that draw a panel."""
    panel = figure.panels[place]
    blocks, plots = [], []
    for number_, series in enumerate(panel.series):
        name = block_name(place, number_)
        blocks += data_block(name, series, panel.bar_width)
        plots += series_plots(name, series, panel, output)
    return blocks + axes(panel, figure, output) + ["plot " + ", \\\n     ".join(level_plots(panel, output) + plots)]


# ---- the script --------------------------------------------------------------------------------------


def grid_of(panels: int) -> Tuple[int, int]:
    """Rows and columns of so many panels."""
    columns = 1 if panels == 1 else 2 if panels <= 4 else 3
    return -(-panels // columns), columns


def default_size(panels: Sequence[Panel]) -> Tuple[int, int]:
    """Width and height in pixels."""
    rows, columns = grid_of(len(panels))
    return (880, 440) if len(panels) == 1 else (440 * columns, 320 * rows + 40)


def script_of(figure: Figure, output: Output) -> str:
    """The whole script: panels on one page, or after one another on a terminal of characters."""
    inches = {"wi": output.width / PIXELS_PER_INCH, "hi": output.height / PIXELS_PER_INCH}
    lines = ["set encoding utf8", TERMINALS[output.kind].format(w=output.width, h=output.height, **inches)]
    lines += ["set border 3", "set tics nomirror", "set samples 200", "set ylabel %s" % quoted(figure.measure.axis)]
    if output.kind != "dumb":
        lines.append("set grid ytics linecolor rgb '#dddddd' linewidth 1 dashtype 1")
        lines.append("set multiplot layout %d,%d title %s" % (*grid_of(len(figure.panels)), quoted(figure.title)))
    for place in range(len(figure.panels)):
        lines += panel_script(place, figure, output)
    return "\n".join(lines + (["unset multiplot"] if output.kind != "dumb" else [])) + "\n"


def run_gnuplot(script: str) -> bytes:
    """What gnuplot writes for a script. Its settings file and the caller's language have no say."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "0"}
    try:
        done = subprocess.run(
            ["gnuplot", "--default-settings", "-"],
            input=script.encode("utf-8"),
            capture_output=True,
            timeout=TIMEOUT_S,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        raise UsageError(MISSING) from None
    except OSError as error:
        raise UsageError("gnuplot cannot be run: %s" % error.strerror) from None
    except subprocess.TimeoutExpired:
        raise UsageError("gnuplot did not finish within %d s" % TIMEOUT_S) from None
    if done.returncode or not done.stdout:
        words = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise UsageError("gnuplot failed: %s" % (shorten(words) or "exit status %d" % done.returncode))
    return done.stdout


def draw(figure: Figure, output: Output) -> bytes:
    """The picture in the output's format."""
    picture = run_gnuplot(script_of(figure, output))
    if output.kind == "svg":
        title = "<title>%s</title>" % html.escape(figure.title)
        picture = picture.replace(b"<title>Gnuplot</title>", title.encode("utf-8"), 1)
    return picture.replace(b"\f", b"") if output.kind == "dumb" else picture
