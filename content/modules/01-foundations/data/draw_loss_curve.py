"""Writes loss-curve.svg: the loss of y = w * x over twenty steps, for four learning rates.

Run: python draw_loss_curve.py ../media/loss-curve.svg
Needs only Python. Data (1, 2), (2, 3), (3, 5); start at w = 0. Licence of the figure: CC BY 4.0.
"""

import math
import sys

POINTS = [(1, 2), (2, 3), (3, 5)]
STEPS = 20
LEFT, RIGHT, TOP, BOTTOM = 62, 254, 56, 300          # the plotting area
LOW, HIGH = 0.05, 200                                # ends of the loss axis (log scale)
LINES = [                                            # rate, colour, dark colour, dash, label, its offset
    (0.22, "#a3341c", "#ff9c82", "2 4", "0.22: grows", 4),
    (0.01, "#1f5fa8", "#86b9f5", "9 4", "0.01: too slow", 4),
    (0.2, "#7a5300", "#e6b450", "9 4 2 4", "0.2: overshoots", -1),
    (0.1, "#0b6b63", "#5cc9bd", "", "0.1: about right", 13),
]


def losses(rate):
    w, out = 0.0, []
    for _ in range(STEPS + 1):
        out.append(sum((w * x - y) ** 2 for x, y in POINTS) / len(POINTS))
        w -= rate * sum(2 * x * (w * x - y) for x, y in POINTS) / len(POINTS)
    return out


def at(step, loss):
    share = math.log(loss / LOW) / math.log(HIGH / LOW)
    return LEFT + (RIGHT - LEFT) * step / STEPS, BOTTOM - (BOTTOM - TOP) * share


def main():
    style = [
        ".lc-paper{fill:#ffffff}.lc-ink{fill:#1b2226}.lc-quiet{fill:#4a555c}.lc-grid{stroke:#d5dbdf}",
        "@media (prefers-color-scheme:dark){.lc-paper{fill:#14191c}.lc-ink{fill:#eef2f4}"
        ".lc-quiet{fill:#b4bfc6}.lc-grid{stroke:#38434a}",
    ]
    for n, (_, _, dark, *_) in enumerate(LINES):
        style.append(f".lc-line{n}{{stroke:{dark}}}.lc-name{n}{{fill:{dark}}}")
    style.append("}")
    svg = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="420" height="360" viewBox="0 0 420 360" role="img" '
        'aria-labelledby="lc-title lc-desc" font-family="system-ui, sans-serif" font-size="16">',
        '<title id="lc-title">The loss over twenty steps for four learning rates</title>',
        '<desc id="lc-desc">Four lines start at a loss of 12.7. At 0.1 the loss reaches its floor of 0.07 within '
        "three steps. At 0.01 it falls slowly to 0.32. At 0.2 it falls to 0.11. At 0.22 it grows to 101.</desc>",
        f"<style>{''.join(style)}</style>",
        '<rect class="lc-paper" width="420" height="360" rx="6" fill="#ffffff"/>',
        '<text class="lc-ink" x="14" y="32" font-size="17" font-weight="600" fill="#1b2226">'
        "Loss over twenty steps, by learning rate</text>",
    ]
    for loss in (0.1, 1, 10, 100):
        x, y = at(0, loss)
        svg.append(f'<path class="lc-grid" d="M{LEFT} {y:.1f}H{RIGHT}" stroke="#d5dbdf"/>')
        svg.append(f'<text class="lc-quiet" x="{LEFT - 10}" y="{y + 5:.1f}" text-anchor="end" fill="#4a555c">{loss:g}</text>')
    for step in range(0, STEPS + 1, 5):
        x, _ = at(step, LOW)
        svg.append(f'<text class="lc-quiet" x="{x:.1f}" y="{BOTTOM + 22}" text-anchor="middle" fill="#4a555c">{step}</text>')
    middle = (TOP + BOTTOM) / 2
    svg.append(f'<text class="lc-quiet" x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 46}" text-anchor="middle" fill="#4a555c">step</text>')
    svg.append(f'<text class="lc-quiet" x="18" y="{middle}" text-anchor="middle" fill="#4a555c" '
               f'transform="rotate(-90 18 {middle})">loss (log scale)</text>')
    for n, (rate, colour, _, dash, name, offset) in enumerate(LINES):
        points = [at(step, loss) for step, loss in enumerate(losses(rate))]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        svg.append(f'<path class="lc-line{n}" d="{path}" fill="none" stroke="{colour}" stroke-width="2.5" '
                   f'stroke-linejoin="round"{dashes}/>')
        x, y = points[-1]
        svg.append(f'<text class="lc-name{n}" x="{x + 8:.1f}" y="{y + offset:.1f}" font-weight="600" fill="{colour}">{name}</text>')
    svg.append("</svg>\n")
    with open(sys.argv[1], "w") as file:
        file.write("\n".join(svg))


if __name__ == "__main__":
    main()
