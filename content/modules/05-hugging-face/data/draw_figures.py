"""Writes the drawn figures of this module: padding-waste and safetensors-file, as SVG.

Run: python draw_figures.py ../media
Needs only Python. Licence of the figures: CC BY 4.0.
"""

import pathlib
import sys

WIDTH = 440
LENGTHS, LIMIT, SIZE = [12, 480, 35, 60, 500, 20, 36, 380], 512, 4
HEADER, NUMBERS = 11_408, 90_856_960                  # all-MiniLM-L6-v2, measured
BLUE, GREEN, BROWN = ("#1f5fa8", "#86b9f5"), ("#0b6b63", "#5cc9bd"), ("#7a5300", "#e6b450")
INK, GRID, SOFT = ("#1b2226", "#eef2f4"), ("#8a959c", "#6b777e"), ("#dde4e8", "#2c363c")


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

    def text(self, x, y, words, colours=INK, anchor="start", size=16, weight=400):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
                          f'{self.paint("fill", colours)}>{words}</text>')

    def line(self, points, colours, width=2):
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="{path}" fill="none" {self.paint("stroke", colours)} stroke-width="{width}"/>')

    def box(self, x, y, w, h, colours, edge=GRID):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" {self.paint("fill", colours)}/>')
        self.line([(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], edge, 1)

    def save(self, folder):
        paper = f'<rect width="{WIDTH}" height="{self.height}" rx="6" {self.paint("fill", ("#ffffff", "#14191c"))}/>'
        style = "@media (prefers-color-scheme:dark){" + "".join(dict.fromkeys(self.dark)) + "}"
        out = self.head + f"<style>{style}</style>\n" + "\n".join([paper, *self.parts]) + "\n</svg>\n"
        (folder / f"{self.name}.svg").write_text(out, encoding="utf-8")


def places():
    """How many places each way of making batches computes."""
    def dynamic(order):
        return sum(max(order[i:i + SIZE]) * SIZE for i in range(0, len(order), SIZE))

    room = []
    for length in sorted(LENGTHS, reverse=True):
        fitting = [r for r in room if r >= length]
        if fitting:
            room[room.index(min(fitting))] -= length
        else:
            room.append(LIMIT - length)
    return [("fixed length", LIMIT * len(LENGTHS)), ("longest in batch", dynamic(LENGTHS)),
            ("sorted by length", dynamic(sorted(LENGTHS))), ("packed", LIMIT * len(room))]


def padding_waste(folder):
    d = Drawing("padding-waste", 420, "Places computed for the same eight texts",
                "Four bars: 4,096, 3,920, 2,144 and 1,536 places. In each, the dark part is the 1,523 real tokens.")
    left, full, real = 20, 400, sum(LENGTHS)
    d.text(left, 32, "Places computed for 1,523 tokens", weight=600)
    for n, (name, count) in enumerate(places()):
        y = 62 + n * 76
        d.text(left, y + 10, name, weight=600)
        d.text(left + full, y + 10, f"{count:,} places, {round(100 * real / count)}% used", anchor="end")
        d.box(left, y + 20, full * count / 4096, 30, SOFT)
        d.box(left, y + 20, full * real / 4096, 30, BLUE)
    d.box(left, 372, 26, 22, BLUE)
    d.text(left + 36, 389, "real tokens")
    d.box(left + 160, 372, 26, 22, SOFT)
    d.text(left + 196, 389, "padding")
    d.save(folder)


def safetensors_file(folder):
    d = Drawing("safetensors-file", 400, "The three parts of a safetensors file",
                "8 bytes with the length of the header, the header as JSON, and then only numbers.")
    d.text(20, 32, "One safetensors file, top to bottom", weight=600)
    rows = [
        (52, 62, BROWN, "8 bytes", ["length of the header:", f"{HEADER:,}"]),
        (124, 118, GREEN, "header (JSON)", [f"{HEADER:,} bytes", "for each tensor: name,", "number type, shape,", "first and last byte"]),
        (252, 96, BLUE, "numbers", [f"{NUMBERS:,} bytes", "one tensor after another,", "nothing that can run"]),
    ]
    for y, height, colours, name, lines in rows:
        d.box(20, y, 150, height, colours)
        d.text(95, y + height / 2 + 6, name, ("#ffffff", "#14191c"), "middle", weight=600)
        for n, line in enumerate(lines):
            d.text(188, y + 24 + n * 25, line, weight=600 if n == 0 and len(lines) > 2 else 400)
    d.text(20, 380, f"together {8 + HEADER + NUMBERS:,} bytes", weight=600)
    d.save(folder)


def main():
    folder = pathlib.Path(sys.argv[1])
    padding_waste(folder)
    safetensors_file(folder)


if __name__ == "__main__":
    main()
