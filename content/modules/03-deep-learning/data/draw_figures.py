"""Writes the drawn figures of this module: sliding-filter, receptive-field, what-transfers, label-budget and paired-seeds, as SVG.

Run: python draw_figures.py ../media
Needs only Python, and label-budget.csv beside it. Licence of the figures: CC BY 4.0.
"""

import csv
import math
import pathlib
import statistics
import sys

WIDTH = 440
BLUE, GREEN, RED, BROWN = ("#1f5fa8", "#86b9f5"), ("#0b6b63", "#5cc9bd"), ("#a3341c", "#ff9c82"), ("#7a5300", "#e6b450")
T_19 = 2.0930                                         # 97.5% point of Student's t with 19 degrees of freedom


class Drawing:
    def __init__(self, name, height, title, desc):
        self.height, self.parts, self.dark, self.name = height, [], [], name
        self.head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc" font-family="system-ui, sans-serif" font-size="16">\n'
            f'<title id="{name}-title">{title}</title>\n<desc id="{name}-desc">{desc}</desc>\n'
        )

    def paint(self, what, colours):
        """A class for one pair of colours (light, dark)."""
        rule = f"{self.name}-{what}-{colours[0][1:]}-{colours[1][1:]}"
        self.dark.append(f".{rule}{{{what}:{colours[1]}}}")
        return f'class="{rule}" {what}="{colours[0]}"'

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, words, colours=("#1b2226", "#eef2f4"), anchor="start", size=16, weight=400):
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
                 f'{self.paint("fill", colours)}>{words}</text>')

    def line(self, points, colours, width=2, dash="", close=False):
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if close else "")
        self.add(f'<path d="{path}" fill="none" {self.paint("stroke", colours)} stroke-width="{width}" stroke-linejoin="round"'
                 + (f' stroke-dasharray="{dash}"' if dash else "") + "/>")

    def box(self, x, y, w, h, colours):
        self.add(f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" {self.paint("fill", colours)}/>')

    def save(self, folder):
        paper = f'<rect width="{WIDTH}" height="{self.height}" rx="6" {self.paint("fill", ("#ffffff", "#14191c"))}/>'
        style = "@media (prefers-color-scheme:dark){" + "".join(dict.fromkeys(self.dark)) + "}"
        out = self.head + f"<style>{style}</style>\n" + "\n".join([paper, *self.parts]) + "\n</svg>\n"
        (folder / f"{self.name}.svg").write_text(out, encoding="utf-8")


GRID, SOFT, INK = ("#8a959c", "#6b777e"), ("#eef2f4", "#232b30"), ("#1b2226", "#eef2f4")


def sliding_filter(folder):
    image, kernel = [[0, 0, 1, 1, 1]] * 5, [[-1, 0, 1]] * 3
    answer = [[sum(image[i + a][j + b] * kernel[a][b] for a in range(3) for b in range(3)) for j in range(3)] for i in range(3)]
    d = Drawing("sliding-filter", 640, "A filter slides over an image",
                "A window of three by three pixels in the corner of the image, times the filter, gives the number 3 in the feature map.")
    side = 40

    def grid(cells, x, y, shade):
        for i, row in enumerate(cells):
            for j, cell in enumerate(row):
                d.box(x + j * side, y + i * side, side, side, ("#c3ccd2", "#0a0d0f") if shade and cell == 0 else SOFT if not shade else ("#ffffff", "#55636b"))
                d.line([(x + j * side, y + i * side), (x + (j + 1) * side, y + i * side), (x + (j + 1) * side, y + (i + 1) * side),
                        (x + j * side, y + (i + 1) * side)], GRID, 1, close=True)
                d.text(x + (j + 0.5) * side, y + (i + 0.5) * side + 6, str(cell).replace("-", "−"), INK, "middle", 17)

    def mark(x, y, n):
        d.line([(x, y), (x + n * side, y), (x + n * side, y + n * side), (x, y + n * side)], RED, 4, close=True)

    d.text(20, 34, "Image, 5 × 5", weight=600)
    grid(image, 20, 48, True)
    mark(20, 48, 3)
    d.text(236, 100, "marked: the window", RED, weight=600)
    d.text(236, 124, "0 is dark, 1 is light")
    d.text(20, 292, "Filter, 3 × 3", weight=600)
    grid(kernel, 20, 306, False)
    d.text(156, 352, "multiply cell by cell,")
    d.text(156, 376, "then add up all nine")
    d.text(20, 470, "Feature map, 3 × 3", weight=600)
    grid(answer, 20, 484, False)
    mark(20, 484, 1)
    d.text(156, 512, "marked: 1 + 1 + 1 = 3", RED, weight=600)
    d.text(156, 548, "3: an edge, dark to light")
    d.text(156, 572, "0: a flat area")
    d.save(folder)


def receptive_field(folder):
    d = Drawing("receptive-field", 340, "One cell sees seven pixels through three filters",
                "Four rows of cells. One cell of the third convolution is joined to three cells, these to five, these to seven pixels.")
    rows = [(1, "convolution 3", "1 cell"), (3, "convolution 2", "3 cells"), (5, "convolution 1", "5 cells"), (7, "image", "7 pixels")]
    side, gap, top, middle = 30, 10, 24, 290

    def place(row, cell):
        return middle + (cell - (rows[row][0] - 1) / 2) * (side + gap), top + row * 88

    for row in range(3):
        for cell in range(rows[row][0]):
            x, y = place(row, cell)
            for below in range(cell, cell + 3):
                d.line([(x, y + side), place(row + 1, below)], BLUE if row == 0 else GRID, 1.5)
    for row, (count, name, cells) in enumerate(rows):
        for cell in range(count):
            x, y = place(row, cell)
            d.box(x - side / 2, y, side, side, BLUE if row == 0 else ("#9fc0e6", "#3f6796"))
        d.text(16, top + row * 88 + 12, name, weight=600)
        d.text(16, top + row * 88 + 32, cells)
    d.save(folder)


def results(task):
    """{(labels, strategy): accuracies by seed}"""
    found = {}
    with open(pathlib.Path(__file__).with_name("label-budget.csv"), newline="") as file:
        for row in csv.DictReader(file):
            if row["task"] == task:
                found.setdefault((int(row["labels_per_class"]), row["strategy"]), []).append(float(row["accuracy"]))
    return found


def what_transfers(folder):
    d = Drawing("what-transfers", 330, "Which part starts from trained weights",
                "Vision in 2014: the body. Text in 2014: only the word vectors. Text in 2018: the body.")
    old, new = ("#1f5fa8", "#2f6fb8"), ("#ffffff", "#14191c")
    white = ("#ffffff", "#ffffff")
    rows = [("Vision, 2014", [(290, "body", True), (90, "head", False)]),
            ("Text, 2014", [(100, "vectors", True), (182, "layers", False), (90, "head", False)]),
            ("Text, 2018", [(290, "body", True), (90, "head", False)])]
    for n, (name, parts) in enumerate(rows):
        y, x = 38 + n * 86, 20
        d.text(x, y - 8, name, weight=600)
        for width, label, trained in parts:
            d.box(x, y, width, 40, old if trained else new)
            d.line([(x, y), (x + width, y), (x + width, y + 40), (x, y + 40)], INK, 1.5, "" if trained else "6 4", close=True)
            d.text(x + width / 2, y + 26, label, white if trained else INK, "middle")
            x += width + 8
    d.box(20, 286, 26, 22, old)
    d.text(54, 303, "pretrained")
    d.line([(180, 286), (206, 286), (206, 308), (180, 308)], INK, 1.5, "6 4", close=True)
    d.text(214, 303, "new, random weights")
    d.save(folder)


def label_budget(folder):
    found, budgets = results("letters-digits"), (1, 5, 10, 30)
    lines = [("full", "full fine-tuning", GREEN, ""), ("scratch", "from scratch", BLUE, "9 4"), ("frozen", "frozen body", RED, "2 4")]
    d = Drawing("label-budget", 440, "Error by label budget",
                "Three lines fall with the number of labels. Frozen is highest from 5 labels on; full fine-tuning stays a little below scratch.")
    left, right, top, bottom, low, high = 62, 420, 118, 380, 4, 45

    def at(budget, error, n=1):
        share = math.log(error / low) / math.log(high / low)
        return left + 24 + (right - left - 48) * math.log(budget) / math.log(30) + (n - 1) * 6, bottom - (bottom - top) * share

    d.text(20, 30, "Error in percent by labels per digit", weight=600)
    for n, (_, name, colours, dash) in enumerate(lines):
        x, y = ((20, 62), (240, 62), (20, 88))[n]
        d.line([(x, y), (x + 36, y)], colours, 3, dash)
        d.text(x + 46, y + 5, name, colours, weight=600)
    for error in (5, 10, 20, 40):
        y = at(1, error)[1]
        d.line([(left, y), (right, y)], ("#d5dbdf", "#38434a"), 1)
        d.text(left - 8, y + 5, str(error), anchor="end", size=15)
    for budget in budgets:
        d.text(at(budget, low)[0], bottom + 24, str(budget), anchor="middle", size=15)
    d.text((left + right) / 2, bottom + 50, "labels per digit (both scales are logarithmic)", anchor="middle", size=15)
    for n, (strategy, _, colours, dash) in enumerate(lines):
        spans = [mean_and_half([100 * (1 - value) for value in found[budget, strategy]]) for budget in budgets]
        d.line([at(budget, mean, n) for budget, (mean, _) in zip(budgets, spans)], colours, 2.5, dash)
        for budget, (mean, half) in zip(budgets, spans):
            d.line([at(budget, mean - half, n), at(budget, mean + half, n)], colours, 4)
    d.save(folder)


def paired_seeds(folder):
    found = results("letters-digits")
    pairs = [("full − scratch", "full", "scratch", BLUE), ("frozen − scratch", "frozen", "scratch", RED)]
    d = Drawing("paired-seeds", 330, "Differences between strategies, seed by seed, with 5 labels per digit",
                "Two rows of 20 dots around zero, with their means and 95 percent intervals.")
    left, right, reach = 30, 410, 10.0

    def at(points):
        return (left + right) / 2 + (right - left) / 2 * points / reach

    d.text(20, 30, "Difference in points of accuracy,", weight=600)
    d.text(20, 52, "5 labels per digit, one dot per seed", weight=600)
    for points in (-10, -5, 0, 5, 10):
        d.line([(at(points), 76), (at(points), 272)], INK if points == 0 else ("#d5dbdf", "#38434a"), 1.5 if points == 0 else 1)
        d.text(at(points), 294, f"{points:+d}".replace("-", "−") if points else "0", anchor="middle", size=15)
    d.text(at(0), 318, "right of 0: better than scratch", anchor="middle", size=15)
    for n, (name, one, other, colours) in enumerate(pairs):
        y = 100 + n * 98
        d.text(left, y, name, colours, weight=600)
        gaps = [100 * (a - b) for a, b in zip(found[5, one], found[5, other])]
        for k, gap in enumerate(gaps):
            d.add(f'<circle cx="{at(gap):.1f}" cy="{y + 16 + 7 * (k % 3)}" r="4" fill-opacity="0.75" {d.paint("fill", colours)}/>')
        mean, half = mean_and_half(gaps)
        d.line([(at(mean - half), y + 52), (at(mean + half), y + 52)], INK, 3)
        d.line([(at(mean), y + 44), (at(mean), y + 60)], INK, 3)
    d.save(folder)


def mean_and_half(values):
    """The mean, and half of its 95% interval (Student's t, 20 values)."""
    assert len(values) == 20
    return statistics.mean(values), T_19 * statistics.stdev(values) / math.sqrt(20)


def main():
    folder = pathlib.Path(sys.argv[1])
    for draw in (sliding_filter, receptive_field, what_transfers, label_budget, paired_seeds):
        draw(folder)


if __name__ == "__main__":
    main()
