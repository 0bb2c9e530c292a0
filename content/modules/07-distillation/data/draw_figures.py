"""Writes the drawn figures of this module, as SVG: speed-ceiling, temperature, two-students, where-parameters-sit,
finding-back and gates.

Run: python draw_figures.py ../media
Needs only Python. Licence of the figures: CC BY 4.0.
"""

import math
import pathlib
import sys

WIDTH = 440
BLUE, GREEN, RED, BROWN = ("#1f5fa8", "#86b9f5"), ("#0b6b63", "#5cc9bd"), ("#a3341c", "#ff9c82"), ("#7a5300", "#e6b450")
GRID, INK, PALE = ("#8a959c", "#6b777e"), ("#1b2226", "#eef2f4"), ("#9fc0e6", "#31598a")


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

    def line(self, points, colours, width=2, dash=""):
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path d="{path}" fill="none" {self.paint("stroke", colours)} stroke-width="{width}" stroke-linejoin="round"'
                          + (f' stroke-dasharray="{dash}"' if dash else "") + "/>")

    def box(self, x, y, w, h, colours):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" {self.paint("fill", colours)}/>')

    def save(self, folder):
        paper = f'<rect width="{WIDTH}" height="{self.height}" rx="6" {self.paint("fill", ("#ffffff", "#14191c"))}/>'
        style = "@media (prefers-color-scheme:dark){" + "".join(dict.fromkeys(self.dark)) + "}"
        out = self.head + f"<style>{style}</style>\n" + "\n".join([paper, *self.parts]) + "\n</svg>\n"
        (folder / f"{self.name}.svg").write_text(out, encoding="utf-8")



def speed_ceiling(folder):
    d = Drawing("speed-ceiling", 300, "The most tokens per second that memory allows",
                "At 60 gigabytes per second. Teacher at 16 bits 3.75, teacher at 4 bits 15, student at 16 bits 50, student at 4 bits 200.")
    d.text(16, 28, "At most, tokens per second", weight=600)
    rows = [("Teacher, 16 bits: 16 GB", 8, 16, BLUE), ("Teacher, 4 bits: 4 GB", 8, 4, BLUE),
            ("Student, 16 bits: 1.2 GB", 0.6, 16, GREEN), ("Student, 4 bits: 0.3 GB", 0.6, 4, GREEN)]
    for i, (name, size, bits, colours) in enumerate(rows):
        value, y = 60 / (size * bits / 8), 48 + 62 * i
        d.text(16, y + 14, name, size=15)
        d.box(16, y + 22, 340 * value / 200, 24, colours)
        d.text(16 + 340 * value / 200 + 8, y + 40, f"{value:g}", weight=600)
    d.save(folder)


def temperature(folder):
    logits = [5, 2, 0.5, -1]
    d = Drawing("temperature", 370, "One teacher at three temperatures",
                "Class 0: 0.94, 0.73, 0.50. Class 1: 0.05, 0.16, 0.23. Class 2: 0.01, 0.08, 0.16. Class 3: 0.00, 0.04, 0.11.")
    d.text(16, 28, "Probability, by class and temperature", weight=600)
    left, bottom, high = 20, 310, 230
    for t, (T, colours) in enumerate(((1, BLUE), (2, GREEN), (4, BROWN))):
        e = [math.exp(x / T) for x in logits]
        for c in range(4):
            p = e[c] / sum(e)
            x = left + 104 * c + 31 * t
            d.box(x, bottom - high * p, 25, max(high * p, 1), colours)
            d.text(x + 12.5, bottom - high * p - 6, f"{p:.2f}", anchor="middle", size=13)
        d.box(60 + 115 * t, 346, 14, 14, colours)
        d.text(80 + 115 * t, 359, f"T = {T}", size=15)
    d.line([(left - 4, bottom), (424, bottom)], GRID, 1)
    for c in range(4):
        d.text(left + 104 * c + 43, bottom + 22, f"class {c}", anchor="middle", size=15)
    d.save(folder)


def two_students(folder):
    d = Drawing("two-students", 380, "A teacher with two good answers and two students",
                "Teacher 0.49, 0.49, 0.02. Spread out 0.34, 0.33, 0.33. Picks one 0.96, 0.02, 0.02.")
    rows = [("Teacher", (0.49, 0.49, 0.02), BLUE, ()), ("Spread out", (0.34, 0.33, 0.33), GREEN, ("forward KL 0.317", "reverse KL 0.670")),
            ("Picks one", (0.96, 0.02, 0.02), BROWN, ("forward KL 1.238", "reverse KL 0.582"))]
    for i, (name, values, colours, note) in enumerate(rows):
        base = 118 + 116 * i
        d.text(16, base - 66, name, weight=600)
        for k, words in enumerate(note):
            d.text(16, base - 44 + 22 * k, words, size=15)
        d.line([(270, base), (424, base)], GRID, 1)
        for k, value in enumerate(values):
            x = 276 + 50 * k
            d.box(x, base - 76 * value, 38, max(76 * value, 1), colours)
            d.text(x + 19, base - 76 * value - 5, f"{value:.2f}", anchor="middle", size=14)
    for k, name in enumerate(("good", "good", "bad")):
        d.text(295 + 50 * k, 372, name, anchor="middle", size=15)
    d.save(folder)


def where_parameters_sit(folder):
    d = Drawing("where-parameters-sit", 330, "Parameters in embeddings and in layers",
                "In millions, embeddings and layers. BERT-base 24 and 86, DistilBERT 24 and 43, MiniLM 12 and 11, TinyBERT 10 and 5.")
    d.text(16, 28, "Million parameters", weight=600)

    def count(layers, width, ffn, types=2, pooler=True):
        layer = 4 * (width * width + width) + 2 * width * ffn + ffn + width + 4 * width
        return (30522 + 512 + types + 2) * width / 1e6, (layers * layer + (width * width + width if pooler else 0)) / 1e6

    rows = [("BERT-base, 12 × 768", count(12, 768, 3072)), ("DistilBERT, 6 × 768", count(6, 768, 3072, 0, False)),
            ("MiniLM, 6 × 384", count(6, 384, 1536)), ("TinyBERT, 4 × 312", count(4, 312, 1200))]
    scale = 325 / 110
    for i, (name, (embed, rest)) in enumerate(rows):
        y = 46 + 60 * i
        d.text(16, y + 14, name, size=15)
        d.box(16, y + 21, embed * scale, 24, BROWN)
        d.box(16 + embed * scale + 2, y + 21, rest * scale, 24, BLUE)
        d.text(24 + (embed + rest) * scale, y + 39, f"{embed:.0f} + {rest:.0f}", weight=600, size=15)
    d.box(16, 300, 14, 14, BROWN)
    d.text(36, 313, "embeddings", size=15)
    d.box(160, 300, 14, 14, BLUE)
    d.text(180, 313, "layers", size=15)
    d.save(folder)


def finding_back(folder):
    d = Drawing("finding-back", 360, "Share of lost sentences while writing",
                "Over forty sentences. With recovery 0.1 the share rises to 0.33, with recovery 0.5 to 0.09.")
    left, right, top, bottom = 52, 410, 50, 290
    d.text(16, 28, "Share of lost sentences", weight=600)

    def at(n, value):
        return left + (right - left) * n / 40, bottom - (bottom - top) * value / 0.4

    for value in (0, 0.1, 0.2, 0.3, 0.4):
        d.line([at(0, value), at(40, value)], GRID, 0.8)
        d.text(left - 8, at(0, value)[1] + 5, f"{value:.1f}", anchor="end", size=15)
    for n in (0, 10, 20, 30, 40):
        d.text(at(n, 0)[0], bottom + 22, str(n), anchor="middle", size=15)
    d.text((left + right) / 2, bottom + 48, "sentence", anchor="middle")
    for recovery, colours, dash, name, y in ((0.1, RED, "", "finds back with 0.1", 0.355), (0.5, GREEN, "9 4", "finds back with 0.5", 0.115)):
        share, points = 0.0, [at(0, 0)]
        for n in range(1, 41):
            share = share * (1 - recovery) + (1 - share) * 0.05
            points.append(at(n, share))
        d.line(points, colours, 3, dash)
        d.text(right - 4, at(0, y)[1], name, colours, "end", 15, 600)
    d.save(folder)


def gates(folder):
    d = Drawing("gates", 380, "Difference between student and teacher, with 95% intervals",
                "Margin minus 0.03. All, 500 tests: minus 0.038 to 0.002. All, 2,000 tests: minus 0.028 to minus 0.008. Long inputs: minus 0.093 to minus 0.037. Refusals: minus 0.031 to minus 0.002.")
    d.text(16, 28, "Student minus teacher, 95% interval", weight=600)

    def at(value):
        return 30 + 380 * (value + 0.10) / 0.12

    rows = [("all, 500 tests: not shown", 18, 9, 500), ("all, 2,000 tests: pass", 72, 36, 2000),
            ("long inputs: not shown", 30, 4, 400), ("refusals: not shown", 5, 0, 300)]
    d.line([(at(-0.03), 44), (at(-0.03), 320)], RED, 2, "6 4")
    d.line([(at(0), 44), (at(0), 320)], GRID, 1)
    for i, (name, teacher, student, tests) in enumerate(rows):
        diff = (student - teacher) / tests
        error = math.sqrt(teacher + student - (student - teacher) ** 2 / tests) / tests
        y = 66 + 68 * i
        d.text(16, y, name, size=15, weight=600)
        colours = GREEN if diff - 1.96 * error > -0.03 else BROWN
        d.line([(at(diff - 1.96 * error), y + 20), (at(diff + 1.96 * error), y + 20)], colours, 5)
        d.box(at(diff) - 5, y + 12, 10, 16, colours)
    d.text(at(-0.03), 342, "margin −0.03", RED, "middle", 15, 600)
    d.text(at(0), 342, "0", anchor="middle", size=15)
    d.text(at(-0.09), 342, "−0.09", anchor="middle", size=15)
    d.save(folder)


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "../media")
    out.mkdir(parents=True, exist_ok=True)
    for draw in (speed_ceiling, temperature, two_students, where_parameters_sit, finding_back, gates):
        draw(out)
