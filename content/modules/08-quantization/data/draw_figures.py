"""Draws media/levels.svg, media/rotation.svg and media/roofline.svg. Run in the module's folder: python3 data/draw_figures.py"""

import math
import pathlib

OUT = pathlib.Path(__file__).resolve().parents[1] / "media"
INT4 = [k / 7 for k in range(-7, 8)]
NF4 = [-1.0, -0.6961928, -0.52507305, -0.39491749, -0.28444138, -0.18477343, -0.09105004, 0.0,
       0.0795803, 0.1609302, 0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1.0]
FP4 = sorted({sign * size / 6 for size in (0, 0.5, 1, 1.5, 2, 3, 4, 6) for sign in (1, -1)})


def svg(name, key, title, what, height, body):
    style = (f".{key}-paper{{fill:#ffffff}}.{key}-ink{{fill:#1b2226}}.{key}-quiet{{fill:#4a555c}}.{key}-grid{{stroke:#9aa5ab}}"
             f".{key}-a{{stroke:#1f5fa8}}.{key}-b{{stroke:#a3341c}}.{key}-fa{{fill:#1f5fa8}}.{key}-fb{{fill:#a3341c}}"
             f"@media (prefers-color-scheme:dark){{.{key}-paper{{fill:#14191c}}.{key}-ink{{fill:#eef2f4}}.{key}-quiet{{fill:#b4bfc6}}"
             f".{key}-grid{{stroke:#5a666d}}.{key}-a{{stroke:#86b9f5}}.{key}-b{{stroke:#ff9c82}}.{key}-fa{{fill:#86b9f5}}.{key}-fb{{fill:#ff9c82}}}}")
    OUT.joinpath(name).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="420" height="{height}" viewBox="0 0 420 {height}" role="img" '
        f'aria-labelledby="{key}-title {key}-desc" font-family="system-ui, sans-serif" font-size="16">\n'
        f'<title id="{key}-title">{title}</title>\n<desc id="{key}-desc">{what}</desc>\n<style>{style}</style>\n'
        f'<rect class="{key}-paper" width="420" height="{height}" rx="6"/>\n' + "\n".join(body) + "\n</svg>\n", encoding="utf-8")


def text(key, x, y, words, kind="quiet", anchor="start", size=16, bold=False):
    weight = ' font-weight="600"' if bold else ""
    return f'<text class="{key}-{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"{weight}>{words}</text>'


def levels():
    k, body = "lv", []
    for row, (name, values) in enumerate((("INT4: equal steps", INT4), ("NF4: as a bell curve", NF4), ("FP4: steps grow with size", FP4))):
        y = 76 + 90 * row
        body.append(text(k, 20, y - 38, name, "ink", bold=True))
        body.append(f'<path class="{k}-grid" d="M20 {y}H400" stroke-width="1.5"/>')
        body += [f'<path class="{k}-a" d="M{210 + 190 * v:.1f} {y - 24}V{y}" stroke-width="3"/>' for v in values]
        body += [text(k, x, y + 22, label, anchor=a) for x, label, a in ((20, "−1", "start"), (210, "0", "middle"), (400, "1", "end"))]
    svg("levels.svg", k, "Levels of INT4, NF4 and FP4", "Marks on three lines from −1 to 1: INT4 at equal distances, NF4 and FP4 closest near zero.", 296, body)


def rotation():
    k, body = "ro", []
    before = [8, 0.2, -0.4, 0.2]
    after = [sum(s * v for s, v in zip(row, before)) / 2 for row in ((1, 1, 1, 1), (1, -1, 1, -1), (1, 1, -1, -1), (1, -1, -1, 1))]
    for x0, name, values, colour in ((30, "Before", before, "fb"), (230, "After", after, "fa")):
        body.append(text(k, x0, 34, name + ": largest " + f"{max(map(abs, values)):.1f}", "ink", bold=True))
        body.append(f'<path class="{k}-grid" d="M{x0} 240H{x0 + 165}" stroke-width="1.5"/>')
        for i, v in enumerate(values):
            x, h = x0 + 4 + 42 * i, 20 * v
            body.append(f'<rect class="{k}-{colour}" x="{x}" y="{240 - max(h, 0):.1f}" width="28" height="{abs(h):.1f}"/>')
            body.append(text(k, x + 14, 240 - max(h, 0) - 8, f"{v:.1f}".replace("-", "−"), anchor="middle"))
    body.append(text(k, 210, 280, "the same four values, in other coordinates", anchor="middle"))
    svg("rotation.svg", k, "Four values before and after a rotation", "Bars 8, 0.2, −0.4 and 0.2 become 4, 3.6, 4.2 and 4.2.", 300, body)


def roofline():
    """An example device: 100 GB/s and 2,000 billion operations a second; both axes in logarithms."""
    k, body = "rf", []
    band, peak = 100e9, 2e12
    X = lambda v: 62 + 82 * math.log10(v)                     # operations per byte, 1 … 10,000
    Y = lambda v: 270 - 62 * math.log10(v / 1e10)             # operations per second, 10^10 …
    knee = peak / band
    body.append(text(k, 14, 30, "What limits an example device", "ink", bold=True))
    body.append(f'<path class="{k}-grid" d="M62 60V270H400" fill="none" stroke-width="1.5"/>')
    for v, name in ((1, "1"), (10, "10"), (100, "100"), (1000, "1,000")):
        body.append(text(k, X(v), 292, name, anchor="middle"))
    for v, name in ((1e11, "0.1"), (1e12, "1")):
        body.append(text(k, 54, Y(v) + 5, name, anchor="end"))
    body.append(text(k, 231, 316, "operations per byte read (log scale)", anchor="middle"))
    body.append(f'<text class="{k}-quiet" x="18" y="165" text-anchor="middle" font-size="16" transform="rotate(-90 18 165)">trillion op/s (log)</text>')
    body.append(f'<path class="{k}-a" d="M{X(1):.1f} {Y(band):.1f}L{X(knee):.1f} {Y(peak):.1f}H400" fill="none" stroke-width="3"/>')
    for v, name, dx, dy in ((1, "decode, BF16", 14, 22), (3.56, "decode, 4.5 bits", 12, 18), (512, "prompt of 512", -50, 26)):
        y = Y(min(peak, band * v))
        body.append(f'<circle class="{k}-fb" cx="{X(v):.1f}" cy="{y:.1f}" r="6"/>')
        body.append(text(k, X(v) + dx, y + dy, name, "ink"))
    body.append(text(k, X(knee), Y(peak) - 12, "knee at 20", anchor="middle"))
    svg("roofline.svg", k, "Roofline of an example device", "Speed rises with operations per byte up to 20 and is flat beyond. Decoding lies on the slope, the prompt on the flat part.", 330, body)


if __name__ == "__main__":
    levels()
    rotation()
    roofline()
