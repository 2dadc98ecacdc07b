#!/usr/bin/env python3
"""Checks of a page of report.py in a real browser; report.bats runs them.
usage: checks.py CHECK PAGE [AXE]"""

import base64
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser, Page  # noqa: E402

# Draws all figures of all groups. The page's own names are visible to what the browser is told to evaluate.
OPEN_ALL = "document.querySelectorAll('.group').forEach((g) => { g.open = true; })"
DRAW_ALL = "figures.forEach((f) => f.draw())"
FIRST = "[...figures][0]"


def need(condition, text):
    """Ends the check with a reason."""
    if not condition:
        raise SystemExit("failed: " + str(text))


def show_all(page):
    page.value(OPEN_ALL)
    page.until("[...document.querySelectorAll('.group')].every((g) => g.childElementCount > 1)")
    page.value(DRAW_ALL)
    page.frame()


def colors(page):
    """Of each figure, how many different colours it has."""
    return page.value(
        """[...figures].map((f) => {
            const {data} = f.canvas.getContext('2d').getImageData(0, 0, f.canvas.width, f.canvas.height);
            return [f.element.id, new Set(new Uint32Array(data.buffer)).size];
        })"""
    )


def check_figures(browser, path):
    """Every figure is drawn, says what it shows, and leads to its data."""
    page = Page(browser, path)
    show_all(page)
    drawn = dict(colors(page))
    kinds = {name.rsplit("-", 1)[1] for name in drawn}
    need(kinds == {"scaling", "losses", "latency", "samples"}, kinds)
    for name, count in drawn.items():
        need(count > 20, "%s is blank: %d colours" % (name, count))
    labels = page.value("[...document.querySelectorAll('canvas')].map((c) => [c.getAttribute('role'), c.getAttribute('aria-label')])")
    need(all(role == "img" and len(label) > 60 for role, label in labels), labels)
    for name in drawn:
        page.value("document.querySelector('#%s a.to-data').click()" % name)
        page.until("document.querySelectorAll('#%s-data tbody tr').length > 0" % name)
    page.value("document.querySelector('#group-0-cells').open = true")
    page.until("document.querySelectorAll('#group-0-cells tbody tr').length === [...figures][0].group.rows.length")
    return page


def check_tooltips(browser, path):
    """The mouse and the arrow keys show a point's values, and the keys have them spoken."""
    page = Page(browser, path)
    page.value("document.querySelector('#group-0-scaling canvas').scrollIntoView({block: 'center'})")
    page.until(FIRST + ".chart")
    page.frame()
    spot = page.value(
        "(() => { const c = %s.chart, p = c.getDatasetMeta(1).data[0], b = c.canvas.getBoundingClientRect(); return [b.x + p.x, b.y + p.y]; })()" % FIRST
    )
    page.mouse("mouseMoved", *spot)
    page.until(FIRST + ".chart.tooltip.opacity > 0")
    text = page.value(FIRST + ".chart.tooltip.body[0].lines[0]")
    need("worker" in text and "x" in text, text)
    page.value(FIRST + ".canvas.focus()")
    page.key("ArrowRight", 39)
    page.until("document.getElementById('announce').textContent.length > 10")
    first = page.value("document.getElementById('announce').textContent")
    page.key("ArrowRight", 39)
    page.until("document.getElementById('announce').textContent !== %s" % json.dumps(first))
    page.key("Escape", 27)
    page.until("document.getElementById('announce').textContent === ''")
    return page


def check_toggles(browser, path):
    """View, axes, lines and curves follow their controls."""
    page = Page(browser, path)
    page.until(FIRST + ".chart")
    before = page.value(FIRST + ".chart.data.datasets.length")
    page.click("#group-0-scaling input[value=ideal]")
    page.until("%s.chart.data.datasets.length === %d" % (FIRST, before - 1))
    page.click("#group-0-scaling input[value=log]")
    page.until(FIRST + ".chart.options.scales.x.type === 'logarithmic'")
    page.click("#group-0-scaling input[value=rate]")
    page.until(FIRST + ".chart.options.scales.y.title.text === 'Units per second'")
    need("Units per second" in page.value(FIRST + ".canvas.getAttribute('aria-label')"), "the label does not follow the view")
    page.click("#group-0-scaling input[value=series-1]")
    page.until("%s.chart.data.datasets.filter((s) => s.kind === 'points').length === %s.group.series.length - 1" % (FIRST, FIRST))
    page.value("document.querySelector('#group-0-latency select').value = document.querySelector('#group-0-latency option').value")
    page.value("document.querySelector('#group-0-latency select').dispatchEvent(new Event('change'))")
    need(page.value("[...figures].find((f) => f.kind === latency).state.workers === Number(document.querySelector('#group-0-latency option').value)"), "workers")
    return page


def check_filter(browser, path):
    """The filter hides groups and says how many are left; buttons open and close them."""
    page = Page(browser, path)
    page.value("document.getElementById('filter').value = 'WAIT'")
    page.value("document.getElementById('filter').dispatchEvent(new Event('input'))")
    shown = page.value("[...document.querySelectorAll('.group')].filter((g) => g.offsetParent).map((g) => g.querySelector('h3').textContent)")
    need(len(shown) == 1 and shown[0].startswith("wait_sleep"), shown)
    need(page.value("document.getElementById('filter-count').textContent").startswith("1 of "), "the count is not told")
    page.click("#close-all")
    need(page.value("document.querySelectorAll('.group[open]').length") == 0, "not closed")
    page.click("#open-all")
    need(page.value("document.querySelectorAll('.group[open]').length") == 1, "opened what is hidden")
    return page


def check_theme(browser, path):
    """The system's theme is followed until the button is used; charts are drawn in its colours."""
    page = Page(browser, path, scheme="dark")
    page.until(FIRST + ".chart")
    need(page.value("document.documentElement.dataset.theme") == "dark", "the system's dark theme is not followed")
    dark = page.value(FIRST + ".chart.data.datasets[0].borderColor")
    page.click("#theme")
    page.until("document.documentElement.dataset.theme === 'light'")
    need(page.value("document.getElementById('theme').getAttribute('aria-pressed')") == "false", "aria-pressed")
    need(page.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)", "the ground is not white")
    need(page.value(FIRST + ".chart.data.datasets[0].borderColor") != dark, "the chart kept its colours")
    page.emulate("light")
    page.emulate("dark")
    need(page.value("document.documentElement.dataset.theme") == "light", "the button's choice was lost")
    return page


def check_keyboard(browser, path):
    """Tab reaches the skip link first, then every control, and the focus can be seen."""
    page = Page(browser, path)
    page.key("Tab", 9)
    need(page.value("document.activeElement.className") == "skip", "the skip link is not first")
    need(page.value("document.activeElement.getBoundingClientRect().x") >= 0, "the skip link stays hidden")
    page.key("Enter", 13, "\r")
    page.until("document.activeElement.id === 'results'")
    seen = set()
    for _ in range(25):
        page.key("Tab", 9)
        seen.add(page.value("document.activeElement.tagName + (document.activeElement.type || '')"))
        need(page.value("getComputedStyle(document.activeElement).outlineStyle") != "none", "no focus to be seen")
    need({"SUMMARY", "CANVAS", "INPUTcheckbox", "INPUTradio", "A"} <= seen, seen)
    return page


def check_phone(browser, path):
    """Nothing is wider than a phone."""
    page = Page(browser, path, width=360, height=740, mobile=True)
    show_all(page)
    page.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.frame()
    width = page.value("document.scrollingElement.scrollWidth")
    need(width <= 360, "the page is %d wide" % width)
    return page


def check_print(browser, path):
    """On paper: light, figures drawn, controls gone; afterwards all is as before."""
    page = Page(browser, path, scheme="dark")
    page.value("let printed = null; addEventListener('beforeprint', () => { printed = [theme(), [...figures].every((f) => f.chart)]; })")
    pdf = base64.b64decode(page.call("Page.printToPDF", printBackground=False)["data"])
    need(pdf.startswith(b"%PDF") and len(pdf) > 20000, "the PDF has %d bytes" % len(pdf))
    need(page.value("printed") == ["light", True], page.value("printed"))
    page.until("theme() === 'dark'")
    page.emulate("light", media="print")
    hidden = page.value("[...document.querySelectorAll('.controls')].every((c) => getComputedStyle(c).display === 'none')")
    need(hidden, "controls are printed")
    return page


def check_hostile(browser, path):
    """Names that would be markup, scripts or controls elsewhere are text, and the page works."""
    page = Page(browser, path)
    show_all(page)
    page.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    page.frame()
    need(page.value("document.querySelectorAll('script').length") == 3, "there are other scripts")
    need(page.value("document.querySelectorAll('#groups b, #groups img, #groups script, #hosts b').length") == 0, "markup was taken")
    text = page.value("document.getElementById('groups').textContent")
    need("<script>alert(1)</script>" in text and "&amp;" in text, text[:500])
    need("\u202e" not in text and "\x1b" not in text, "invisible characters")
    return page


def check_opens(browser, path):
    """The page opens, fills its first group, and nothing goes wrong."""
    page = Page(browser, path)
    page.until("document.querySelector('.group[open]').childElementCount > 1")
    page.value(DRAW_ALL)
    page.frame()
    drawn = colors(page)
    need(all(count > 20 for _, count in drawn), drawn)
    return page


def check_axe(browser, path, axe):
    """axe finds no violation, in both themes, with everything open."""
    page = None
    for scheme in ("light", "dark"):
        page = Page(browser, path, scheme=scheme)
        show_all(page)
        page.value("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
        page.frame()
        with open(axe, encoding="utf-8") as file:
            page.value(file.read() + ";0")
        found = page.value(
            "axe.run(document).then((r) => [r.passes.length, r.violations.map((v) => v.id + ': ' + v.help + ': ' + v.nodes.slice(0, 3).map((n) => n.html).join(' | '))])"
        )
        need(found[0] > 15, "axe checked only %d rules" % found[0])
        need(not found[1], "%s: %s" % (scheme, found[1]))
    return page


def main(name, path, *rest):
    browser = Browser()
    try:
        page = globals()["check_" + name](browser, path, *rest)
        need(not page.problems(), page.problems())
    finally:
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
