"""Charts as SVG: lines that are named where they end, and bars that are named where they begin.

A chart is light or dark as its reader's screen is. Names never lie on each other.
"""
import dataclasses
import math
import xml.etree.ElementTree as xml

WIDTH, TITLE = 860, 72
LINE_HEIGHT = 17  # of a label

# name: (light, dark)
COLOURS = {
    "nomq": ("#0969da", "#58a6ff"),
    "usmp": ("#7c3aed", "#b794f6"),
    "e2e": ("#1a7f37", "#4ac26b"),
    "limit": ("#57606a", "#a8b1bb"),
    "raw": ("#8c959f", "#768390"),
    "zeromq": ("#bc4c00", "#f0883e"),
    "nats": ("#9a6700", "#d9a520"),
    "mosquitto": ("#cf222e", "#ff7b72"),
    "coap": ("#bf3989", "#f778ba"),
}
PAPER, INK, MUTED, GRID = ("#ffffff", "#0d1117"), ("#1f2328", "#e6edf3"), ("#59636e", "#9198a1"), ("#e4e8ec", "#2b3138")


@dataclasses.dataclass(frozen=True)
class Series:
    name: str
    colour: str
    points: list  # (x, y)
    strong: bool = False  # ours
    dashed: bool = False  # what bounds it


@dataclasses.dataclass(frozen=True)
class Bar:
    name: str
    colour: str
    value: float
    text: str
    strong: bool = False


class Axis:
    """From values to places. A logarithmic one ends where its values do, or a little beyond."""

    def __init__(self, values, first, last, logarithmic, from_zero=False):
        self.logarithmic = logarithmic
        least, most = min(values), max(values)
        if logarithmic:
            self.least, self.most = math.log10(least), math.log10(most)
        else:
            self.least, self.most = (0 if from_zero else least), most
        if self.most == self.least:
            self.most += 1
        self.first, self.last = first, last

    def place(self, value):
        position = math.log10(value) if self.logarithmic else value
        return self.first + (position - self.least) / (self.most - self.least) * (self.last - self.first)


def lines(title, subtitle, series, x_ticks, x_name, y_text, logarithmic_x=True, logarithmic_y=True):
    """`x_ticks`: (x, text) each. `y_text`: from a value to what stands beside the axis."""
    series = [one for one in series if one.points]
    height, left, right, top, bottom = 540, 76, 640, TITLE + 18, 490
    root = canvas(title, subtitle, height)
    values = [y for one in series for _, y in one.points]
    if not values:
        text(root, left, (top + bottom) / 2, "not measured", "muted")
        return written(root)
    ticks = y_ticks(values, logarithmic_y)
    x_axis = Axis([x for x, _ in x_ticks], left + 14, right - 14, logarithmic_x)
    y_axis = Axis([*values, *ticks], bottom, top, logarithmic_y, from_zero=True)
    for tick in ticks:
        y = y_axis.place(tick)
        line(root, left, y, right, y, "grid")
        text(root, left - 10, y + 4, y_text(tick), "muted end")
    for x, word in x_ticks:
        text(root, x_axis.place(x), bottom + 22, word, "muted middle")
    text(root, (left + right) / 2, bottom + 42, x_name, "muted middle")
    for one in sorted(series, key=lambda one: one.strong):  # ours on top
        places = [(x_axis.place(x), y_axis.place(y)) for x, y in one.points]
        kind = f"{one.colour}{' strong' if one.strong else ''}{' dashed' if one.dashed else ''}"
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        xml.SubElement(root, "polyline", points=path, attrib={"class": f"line {kind}"})
        for x, y in places:
            xml.SubElement(root, "circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="4.5" if one.strong else "3.2",
                           attrib={"class": f"dot {one.colour}"})
    name_ends(root, series, x_axis, y_axis, right, top, bottom)
    return written(root)


def name_ends(root, series, x_axis, y_axis, right, top, bottom):
    ends = sorted(((x_axis.place(one.points[-1][0]), y_axis.place(one.points[-1][1]), one) for one in series),
                  key=lambda end: end[1])
    labels = apart([y for _, y, _ in ends], top, bottom)
    for (x, y, one), label in zip(ends, labels):
        if x < right - 20 or abs(label - y) > 2:
            xml.SubElement(root, "polyline", attrib={"class": f"leader {one.colour}"},
                           points=f"{x + 7:.1f},{y:.1f} {right + 8:.1f},{label:.1f} {right + 14:.1f},{label:.1f}")
        else:
            line(root, x + 7, y, right + 14, label, f"leader {one.colour}")
        text(root, right + 18, label + 4, one.name, f"name {one.colour}{' bold' if one.strong else ''}")


def apart(wanted, top, bottom, gap=LINE_HEIGHT):
    """Places in the order of those that are wanted, no two closer than `gap`, and together moved as little as can be."""
    crowds = []  # of those that touch: how many, and where the first would be if each were where it wants to be
    for y in wanted:
        crowds.append((1, y))
        while len(crowds) > 1 and crowds[-2][1] + crowds[-2][0] * gap > crowds[-1][1]:
            (many, first), (more, next_first) = crowds[-2:]
            crowds[-2:] = [(many + more, (many * first + more * (next_first - many * gap)) / (many + more))]
    places = [first + i * gap for many, first in crowds for i in range(many)]
    for i in range(len(places)):  # inside of the chart
        places[i] = max(places[i], top + i * gap)
    for i in range(len(places)):
        places[-1 - i] = min(places[-1 - i], max(bottom - i * gap, top + (len(places) - 1 - i) * gap))
    return places


def bars(title, subtitle, rows):
    """Each from zero, in the order given."""
    step, left, right = 30, 250, 740
    root = canvas(title, subtitle, TITLE + 24 + step * max(1, len(rows)))
    if not rows:
        text(root, 30, TITLE + 30, "not measured", "muted")
        return written(root)
    most = max(row.value for row in rows)
    for i, row in enumerate(rows):
        y = TITLE + 12 + i * step
        length = max(1.5, row.value / most * (right - left))
        text(root, left - 12, y + 15, row.name, f"name end {row.colour if row.strong else 'ink'}"
                                                f"{' bold' if row.strong else ''}")
        xml.SubElement(root, "rect", x=str(left), y=str(y), width=f"{length:.1f}", height="20", rx="3",
                       attrib={"class": f"bar {row.colour}{'' if row.strong else ' faint'}"})
        text(root, left + length + 8, y + 15, row.text, "ink bold" if row.strong else "muted")
    return written(root)


def y_ticks(values, logarithmic):
    least, most = min(values), max(values)
    if not logarithmic:
        step = 10 ** math.floor(math.log10(most))
        step = next(step * part for part in (0.2, 0.25, 0.5, 1, 2) if most / (step * part) <= 6)
        return [step * i for i in range(math.ceil(most / step) + 1)]
    first, last = math.floor(math.log10(least)), math.ceil(math.log10(most))
    # Few decades want more lines than one each.
    parts = (1,) if last - first > 3 else (1, 2, 5)
    every = [part * 10.0**decade for decade in range(first, last + 1) for part in parts]
    below = max((tick for tick in every if tick <= least), default=every[0])
    above = min((tick for tick in every if tick >= most), default=every[-1])
    return [tick for tick in every if below <= tick <= above]


def canvas(title, subtitle, height):
    root = xml.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {height}", width=str(WIDTH),
                       height=str(height), role="img", attrib={"aria-label": title})
    xml.SubElement(root, "style").text = style()
    xml.SubElement(root, "rect", width=str(WIDTH), height=str(height), rx="8", attrib={"class": "paper"})
    text(root, 30, 34, title, "title")
    text(root, 30, 56, subtitle, "muted")
    return root


def style():
    fixed = """
text { font: 13px system-ui, "Segoe UI", "Helvetica Neue", "DejaVu Sans", sans-serif; stroke: none; }
.title { font-size: 19px; font-weight: 600; } .bold { font-weight: 600; }
.middle { text-anchor: middle; } .end { text-anchor: end; }
polyline, line { fill: none; } .line { stroke-width: 1.8; stroke-linejoin: round; } .strong { stroke-width: 3.4; }
.dashed { stroke-dasharray: 6 5; } .grid { stroke-width: 1; } .leader { stroke-width: 0.8; opacity: 0.65; }
.bar { stroke: none; } .faint { opacity: 0.72; }
"""
    return fixed + colours(0) + "@media (prefers-color-scheme: dark) {\n" + colours(1) + "}\n"


def colours(screen):
    rules = [f".paper {{ fill: {PAPER[screen]}; }}", f".title, .ink {{ fill: {INK[screen]}; }}",
             f".muted {{ fill: {MUTED[screen]}; }}", f".grid {{ stroke: {GRID[screen]}; }}"]
    for name, pair in COLOURS.items():
        rules.append(f".line.{name}, .leader.{name} {{ stroke: {pair[screen]}; }} "
                     f".dot.{name}, .bar.{name}, text.{name} {{ fill: {pair[screen]}; }}")
    return "\n".join(rules) + "\n"


def text(root, x, y, words, kind):
    xml.SubElement(root, "text", x=f"{x:.1f}", y=f"{y:.1f}", attrib={"class": kind}).text = words


def line(root, x1, y1, x2, y2, kind):
    xml.SubElement(root, "line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", attrib={"class": kind})


def written(root):
    xml.indent(root)
    return xml.tostring(root, encoding="unicode") + "\n"
