"""Writes the map of lesson 2 and the charts of lessons 3 and 4: map-of-terms.svg, label-value.svg, memory-steps.svg and overfitting.svg.

Run: python draw_charts.py ../media
The last one needs NumPy: it runs the cells of this module's notebook and draws what they measured.
Licence of the figures: CC BY 4.0.
"""

import contextlib
import io
import json
import os
import pathlib
import sys

PAPER, INK, QUIET, GRID = "#ffffff", "#1b2226", "#4a555c", "#d5dbdf"
COLOURS = [("#0b6b63", "#5cc9bd"), ("#a3341c", "#ff9c82"), ("#1f5fa8", "#86b9f5")]      # for light and for dark


class Chart:
    """A small SVG: it knows the colours for light and dark, and escapes nothing, so texts here are plain."""

    def __init__(self, name, title, description, width=420, height=320):
        self.name = name
        dark = "".join(f".{name}-f{n}{{fill:{d}}}.{name}-s{n}{{stroke:{d}}}" for n, (_, d) in enumerate(COLOURS))
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc" font-family="system-ui, sans-serif" font-size="16">',
            f'<title id="{name}-title">{title}</title>',
            f'<desc id="{name}-desc">{description}</desc>',
            f"<style>@media (prefers-color-scheme:dark){{.{name}-paper{{fill:#14191c}}.{name}-ink{{fill:#eef2f4}}"
            f".{name}-quiet{{fill:#b4bfc6}}.{name}-grid{{stroke:#38434a}}{dark}}}</style>",
            f'<rect class="{name}-paper" width="{width}" height="{height}" rx="6" fill="{PAPER}"/>',
        ]

    def text(self, x, y, words, colour=None, anchor="start", bold=False, turn=False, ink=False):
        if colour is None:
            paint = f'class="{self.name}-ink" fill="{INK}"' if ink or bold else f'class="{self.name}-quiet" fill="{QUIET}"'
        else:
            paint = f'class="{self.name}-f{colour}" fill="{COLOURS[colour][0]}"'
        weight = ' font-weight="600"' if bold else ""
        turned = f' transform="rotate(-90 {x} {y:.1f})"' if turn else ""
        self.parts.append(f'<text {paint} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}{turned}>{words}</text>')

    def rule(self, x1, y1, x2, y2, dash=""):
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<path class="{self.name}-grid" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{GRID}"{dash}/>')

    def line(self, points, colour, dash="", width=2.5):
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<path class="{self.name}-s{colour}" d="M{path}" fill="none" stroke="{COLOURS[colour][0]}" '
                          f'stroke-width="{width}" stroke-linejoin="round"{dash}/>')

    def dot(self, x, y, colour, shape):
        paint = f'class="{self.name}-f{colour}" fill="{COLOURS[colour][0]}"'
        if shape == "circle":
            self.parts.append(f'<circle {paint} cx="{x:.1f}" cy="{y:.1f}" r="5"/>')
        elif shape == "square":
            self.parts.append(f'<rect {paint} x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>')
        else:
            self.parts.append(f'<path {paint} d="M{x:.1f} {y - 6:.1f}l6 11h-12z"/>')

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect class="{self.name}-f{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                          f'height="{height:.1f}" fill="{COLOURS[colour][0]}"/>')

    def frame(self, x, y, width, height, colour=None, dash=""):
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        paint = f'class="{self.name}-quiet-line" stroke="{QUIET}"' if colour is None else f'class="{self.name}-s{colour}" stroke="{COLOURS[colour][0]}"'
        self.parts.append(f'<rect {paint} x="{x}" y="{y}" width="{width}" height="{height}" rx="4" fill="none" stroke-width="1.5"{dash}/>')

    def arrow(self, *points, dash=""):
        """A line with a head at its last point; its last part runs along one axis."""
        (x0, y0), (x, y) = points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        path = "L".join(f"{a} {b}" for a, b in [*points[:-1], (x - 6 * dx, y - 6 * dy)])
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<path class="{self.name}-quiet-line" d="M{path}" fill="none" stroke="{QUIET}" stroke-width="1.5"{dash}/>')
        self.parts.append(f'<path class="{self.name}-quiet" fill="{QUIET}" d="M{x} {y}L{x - 9 * dx - 5 * dy} {y - 9 * dy - 5 * dx}'
                          f'L{x - 9 * dx + 5 * dy} {y - 9 * dy + 5 * dx}z"/>')

    def write(self, path):
        path.write_text("\n".join([*self.parts, "</svg>\n"]), encoding="utf-8")


def map_of_terms(path):
    chart = Chart("mt", "A map of terms", "Pretraining gives a base model. Prompting and RAG move no weight. Transfer learning holds feature "
                  "extraction and fine-tuning; fine-tuning holds continued pretraining, supervised fine-tuning and preference tuning.", 400, 500)

    def box(x, y, width, *lines, colour=None, dash=""):
        chart.frame(x, y, width, 18 + 21 * len(lines), colour, dash)
        for n, words in enumerate(lines):
            chart.text(x + width / 2, y + 25 + 21 * n, words, anchor="middle", bold=n == 0, ink=n == 0)
    box(14, 16, 150, "Pretraining")
    box(222, 16, 164, "Base model")
    chart.arrow((164, 35), (222, 35))
    box(14, 84, 184, "Prompting, RAG", "no weight moves", dash="5 4")
    chart.arrow((260, 55), (260, 114), (198, 114), dash="5 4")
    chart.arrow((330, 55), (330, 164))
    chart.frame(14, 164, 372, 322, 2)
    chart.text(30, 190, "Transfer learning", colour=2, bold=True)
    box(30, 204, 340, "Feature extraction", "frozen model, a new head learns")
    chart.frame(30, 276, 340, 196, 0)
    chart.text(46, 302, "Fine-tuning", colour=0, bold=True)
    chart.text(354, 302, "one or several, in order", anchor="end")
    rows = (("Continued pretraining", "raw text"), ("Supervised fine-tuning", "pairs"), ("Preference tuning", "comparisons"))
    for n, (name, data) in enumerate(rows):
        y = 314 + 52 * n
        chart.frame(46, y, 308, 36)
        chart.text(58, y + 24, name, bold=True)
        chart.text(342, y + 24, data, anchor="end")
        if n:
            chart.arrow((200, y - 16), (200, y))
    chart.parts.insert(3, "<style>@media (prefers-color-scheme:dark){.mt-quiet-line{stroke:#b4bfc6}}</style>")
    chart.write(path / "map-of-terms.svg")


def label_value(path):
    curves = [                                            # accuracy at 5, 10 and 20 labels; its standard deviation
        ("frozen body", 0, "", "circle", [(5, 0.55, 0.08), (10, 0.63, 0.05), (20, 0.76, 0.05)], -3),
        ("all tuned", 2, "9 4", "square", [(5, 0.49, 0.08), (10, 0.61, 0.05), (20, 0.76, 0.05)], 15),
        ("from scratch", 1, "2 4", "triangle", [(5, 0.37, 0.04), (10, 0.51, 0.05), (20, 0.70, 0.06)], 28),
    ]
    chart = Chart("lv", "Accuracy by labels per digit, for three starts",
                  "Frozen body 0.55, 0.63 and 0.76 at 5, 10 and 20 labels; all tuned 0.49, 0.61 and 0.76; from scratch 0.37, 0.51 and 0.70.")
    left, right, top, bottom = 56, 300, 44, 262

    def at(n, accuracy):
        return left + 14 + (right - left - 28) * (n - 5) / 15, bottom - (bottom - top) * (accuracy - 0.3) / 0.6

    chart.text(14, 24, "Accuracy by labels per digit", bold=True)
    for tick in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        y = at(5, tick)[1]
        chart.rule(left, y, right, y)
        chart.text(left - 8, y + 5, f"{tick:.1f}", anchor="end")
    for n in (5, 10, 20):
        chart.text(at(n, 0.3)[0], bottom + 20, str(n), anchor="middle")
    chart.text((left + right) / 2, bottom + 42, "labels per digit", anchor="middle")
    for shift, (name, colour, dash, shape, points, below) in zip((-4, 4, 0), curves):
        places = [(at(n, a)[0] + shift, at(n, a)[1]) for n, a, _ in points]
        chart.line(places, colour, dash)
        for (x, y), (n, a, sd) in zip(places, points):
            chart.line([(x, at(n, a - sd)[1]), (x, at(n, a + sd)[1])], colour, width=1.3)
            chart.dot(x, y, colour, shape)
        chart.text(right + 6, places[-1][1] + below, name, colour=colour)
    chart.write(path / "label-value.svg")


def memory_steps(path):
    parameters = 8.03
    steps = [("weights, 16 bit", 2), ("+ gradients", 2), ("+ 32-bit copy", 4), ("+ Adam's averages", 8)]
    chart = Chart("ms", "Memory of full fine-tuning, step by step, for 8.03 billion parameters",
                  "Weights alone 16.1 GB. With gradients 32.1 GB. With a 32-bit copy of the weights 64.2 GB. With Adam's averages 128.5 GB. "
                  "A device of 80 GB is passed by the last step.", height=300)
    left, scale = 14, (406 - 14 - 92) / 128.5
    chart.text(14, 24, "Memory for 8.03 billion parameters", bold=True)
    eighty = left + 80 * scale
    total = 0
    for n, (name, size) in enumerate(steps):
        y = 46 + 56 * n
        chart.text(left, y + 12, f"{name}: {size} bytes each")
        if total:
            chart.bar(left, y + 20, parameters * total * scale, 22, 2)
        chart.bar(left + parameters * total * scale + (1 if total else 0), y + 20, parameters * size * scale - (1 if total else 0), 22, 0)
        total += size
        chart.text(left + parameters * total * scale + 8, y + 36, f"{parameters * total:.1f} GB", ink=True)
    chart.line([(eighty, 231), (eighty, 265)], 1, width=3)
    chart.text(eighty, 284, "80 GB device", colour=1, anchor="middle")
    chart.write(path / "memory-steps.svg")


def overfitting(path):
    notebook = json.loads(pathlib.Path("../notebooks/nb01_training_loop.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    names = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells[: next(n for n, cell in enumerate(cells) if "history" in cell) + 1]:
            exec(cell, names)
    history = names["history"]
    best = min(history, key=lambda row: row[3])
    chart = Chart("of", "Training and validation loss over 100 epochs",
                  "The training loss falls from 2.53 to 0.02. The validation loss falls from 2.56 to 1.06 at epoch 37 and rises to 1.14.")
    left, right, top, bottom = 52, 320, 44, 262

    def at(epoch, loss):
        return left + (right - left) * epoch / 100, bottom - (bottom - top) * loss / 3

    chart.text(14, 24, "Loss by epoch", bold=True)
    for tick in (0, 1, 2, 3):
        y = at(0, tick)[1]
        chart.rule(left, y, right, y)
        chart.text(left - 8, y + 5, f"{tick:g}", anchor="end")
    for epoch in (0, 20, 40, 60, 80, 100):
        chart.text(at(epoch, 1)[0], bottom + 20, str(epoch), anchor="middle")
    chart.text((left + right) / 2, bottom + 42, "epoch", anchor="middle")
    chart.line([at(row[0], row[1]) for row in history], 2, "9 4")
    chart.line([at(row[0], row[3]) for row in history], 0)
    x, y = at(best[0], best[3])
    chart.line([(x, y - 4), (x, bottom)], 1, "2 4", 1.5)
    chart.dot(x, y, 1, "circle")
    chart.text(x - 4, y - 34, "lowest:", colour=1)
    chart.text(x - 4, y - 15, f"epoch {best[0]}", colour=1)
    chart.text(right + 6, at(100, history[-1][3])[1] + 5, "validation", colour=0)
    chart.text(right + 6, at(100, history[-1][1])[1] + 5, "training", colour=2)
    chart.write(path / "overfitting.svg")


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1]).resolve()
    os.chdir(pathlib.Path(__file__).parent)
    map_of_terms(target)
    label_value(target)
    memory_steps(target)
    overfitting(target)
