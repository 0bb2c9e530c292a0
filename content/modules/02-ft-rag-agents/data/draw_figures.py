"""Writes the module's drawn figures: three charts, the square of two gaps, and three flows that fit a phone.

Run: python draw_figures.py ../media
Needs only Python. Licence of the figures: CC BY 4.0.
"""

import pathlib
import sys

WIDTH = 480
INK, QUIET, GRID, PAPER = ("#1b2226", "#eef2f4"), ("#4a555c", "#b4bfc6"), ("#d5dbdf", "#38434a"), ("#ffffff", "#14191c")
GREEN, RED, BLUE, SAND = ("#0b6b63", "#5cc9bd"), ("#a3341c", "#ff9c82"), ("#1f5fa8", "#86b9f5"), ("#7a5300", "#e6b450")


class Drawing:
    """An SVG whose colours have a second value for dark screens."""

    def __init__(self, short, height, title, says, width=WIDTH):
        self.short, self.height, self.title, self.says, self.width = short, height, title, says, width
        self.parts, self.colours = [], []

    def colour(self, what, pair):
        if (what, pair) not in self.colours:
            self.colours.append((what, pair))
        return f'class="{self.short}-{self.colours.index((what, pair))}" {what}="{pair[0]}"'

    def text(self, x, y, words, pair=INK, size=15, weight=400, anchor="start", turn=""):
        turn = f' transform="rotate({turn} {x} {y})"' if turn else ""
        self.parts.append(f'<text {self.colour("fill", pair)} x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" '
                          f'text-anchor="{anchor}"{turn}>{words}</text>')

    def line(self, points, pair, width=2.5, dash=""):
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        self.parts.append(f'<path {self.colour("stroke", pair)} d="{path}" fill="none" stroke-width="{width}"{dash}/>')

    def box(self, x, y, width, height, pair, edge=False):
        if edge:
            look = f'{self.colour("stroke", pair)} fill="none" stroke-width="1.5"'
        else:
            look = self.colour("fill", pair)
        self.parts.append(f'<rect {look} x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4"/>')

    def dot(self, x, y, pair):
        self.parts.append(f'<circle {self.colour("fill", pair)} cx="{x:.1f}" cy="{y:.1f}" r="5"/>')

    def node(self, x, y, width, lines, pair=QUIET, bold=False):
        """A framed box with centred lines of text; 20 units of height for each line."""
        height = 20 * len(lines) + 18
        self.box(x, y, width, height, pair, edge=True)
        for n, words in enumerate(lines):
            self.text(x + width / 2, y + 24 + 20 * n, words, pair if bold and n == 0 else INK, 15, 700 if bold and n == 0 else 400, "middle")
        return y + height

    def arrow(self, *points, pair=QUIET, dash=""):
        """A line through the points, with a head at the last one; its last part runs along one axis."""
        (x0, y0), (x, y) = points[-2:]
        dx, dy = (x > x0) - (x < x0), (y > y0) - (y < y0)
        self.line([*points[:-1], (x - 6 * dx, y - 6 * dy)], pair, 1.5, dash)
        a, b = (x - 9 * dx - 5 * dy, y - 9 * dy - 5 * dx), (x - 9 * dx + 5 * dy, y - 9 * dy + 5 * dx)
        self.parts.append(f'<path {self.colour("fill", pair)} d="M{x:g} {y:g}L{a[0]:g} {a[1]:g}L{b[0]:g} {b[1]:g}z"/>')

    def save(self, folder, name):
        paper = self.colour("fill", PAPER)
        dark = "".join(f".{self.short}-{n}{{{what}:{pair[1]}}}" for n, (what, pair) in enumerate(self.colours))
        svg = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{self.short}-title {self.short}-desc" font-family="system-ui, sans-serif">',
            f'<title id="{self.short}-title">{self.title}</title>',
            f'<desc id="{self.short}-desc">{self.says}</desc>',
            f"<style>@media (prefers-color-scheme:dark){{{dark}}}</style>",
            f'<rect {paper} width="{self.width}" height="{self.height}" rx="6"/>',
            *self.parts,
            "</svg>\n",
        ]
        (pathlib.Path(folder) / name).write_text("\n".join(svg), encoding="utf-8")


def fault_funnel():
    steps = [("asked", 100, ""), ("in the store", 92, "8 not written down"), ("found in the top 5", 74, "18 not found"),
             ("still in the prompt", 68, "6 cut off"), ("read correctly", 60, "8 misread")]
    d = Drawing("ff", 322, "Where forty of a hundred questions are lost",
                "Bars: 100 asked, 92 in the store, 74 found, 68 in the prompt, 60 read correctly. The search loses most: 18.")
    d.text(20, 32, "Where 40 of 100 answers are lost", size=17, weight=600)
    for n, (name, left, lost) in enumerate(steps):
        y = 52 + n * 53
        d.text(20, y + 14, f"{left} {name}")
        if lost:
            d.text(WIDTH - 20, y + 14, lost, RED, weight=600 if left == 74 else 400, anchor="end")
        d.box(20, y + 21, 4.4 * left, 18, GREEN)
        if n:
            before = steps[n - 1][1]
            d.box(20 + 4.4 * left + 1, y + 22, 4.4 * (before - left) - 2, 16, RED, edge=True)
    return d


def break_even():
    price, cost = 0.5 / 1e6, 900
    left, right, top, bottom, far, high = 66, 464, 72, 300, 7e6, 4000
    d = Drawing("be", 396, "Total cost by number of calls, for three choices",
                "The long prompt meets the tuned model at 1.33 million calls and 1,000 USD. With caching the lines meet at 5.33 million calls and 1,300 USD.")

    def at(calls, usd):
        return left + (right - left) * calls / far, bottom - (bottom - top) * usd / high

    d.text(20, 32, "Total cost by number of calls", size=17, weight=600)
    for usd in (0, 1000, 2000, 3000, 4000):
        d.line([at(0, usd), at(far, usd)], GRID, 1)
        d.text(left - 8, at(0, usd)[1] + 5, f"{usd:,}", QUIET, anchor="end")
    for million in range(0, 8):
        d.text(at(million * 1e6, 0)[0], bottom + 20, f"{million}", QUIET, anchor="middle")
    d.text((left + right) / 2, bottom + 42, "million calls", QUIET, anchor="middle")
    d.text(left - 8, top - 10, "USD", QUIET, anchor="end")
    d.line([at(0, 0), at(high / (1500 * price), high)], RED)
    d.line([at(0, 0), at(far, far * 487.5 * price)], SAND, dash="9 4")
    d.line([at(0, cost), at(far, cost + far * 150 * price)], GREEN, 3)
    for calls in (cost / (1350 * price), cost / (337.5 * price)):
        d.dot(*at(calls, cost + calls * 150 * price), INK)
    x, y = at(cost / (1350 * price), 1000)
    d.text(x - 10, y - 12, "1.33 million", weight=600, anchor="end")
    x, y = at(cost / (337.5 * price), 1300)
    d.text(x, y - 14, "5.33 million", weight=600, anchor="middle")
    for x, dash, pair, width, name in ((16, "", RED, 2.5, "long prompt"), (166, "9 4", SAND, 2.5, "with caching"), (324, "", GREEN, 3, "tuned model")):
        d.line([(x, 374), (x + 26, 374)], pair, width, dash)
        d.text(x + 32, 379, name, pair, weight=600)
    return d


def steps():
    left, right, top, bottom, far = 56, 400, 60, 292, 30
    d = Drawing("st", 352, "Chance that all steps succeed, by number of steps",
                "At 20 steps: 82% for 0.99 per step, 67% for 0.98, 36% for 0.95 and 12% for 0.90.")

    def at(n, share):
        return left + (right - left) * n / far, bottom - (bottom - top) * share

    d.text(20, 32, "Chance that all steps succeed", size=17, weight=600)
    for share in (0, 0.25, 0.5, 0.75, 1):
        d.line([at(0, share), at(far, share)], GRID, 1)
        d.text(left - 8, at(0, share)[1] + 5, f"{share:.0%}", QUIET, anchor="end")
    for n in range(0, 31, 5):
        d.text(at(n, 0)[0], bottom + 20, str(n), QUIET, anchor="middle")
    d.text((left + right) / 2, bottom + 44, "steps", QUIET, anchor="middle")
    for share, pair, dash in ((0.99, GREEN, ""), (0.98, BLUE, "9 4"), (0.95, SAND, "9 4 2 4"), (0.9, RED, "2 4")):
        d.line([at(n, share ** n) for n in range(far + 1)], pair, dash=dash)
        x, y = at(far, share ** far)
        d.text(x + 8, y + 5, f"{share:.2f}", pair, weight=600)
    d.text(right + 8, 52, "per step", QUIET)
    d.line([at(20, 0), at(20, 1)], QUIET, 1, "3 3")
    return d


def two_gaps():
    d = Drawing("tg", 420, "Two gaps and four answers",
                "Little missing in both: a prompt. Facts missing: RAG. Behaviour missing: fine-tuning. Both: a tuned reader with RAG.")
    d.text(20, 32, "Which gap does the test show?", size=17, weight=600)
    cells = [
        (0, 0, GREEN, "RAG", ("index the documents", "measure the recall")),
        (1, 0, RED, "RAG + fine-tuning", ("RAFT: train the reader", "on real search hits")),
        (0, 1, BLUE, "Prompt", ("clear orders, examples", "often enough")),
        (1, 1, SAND, "Fine-tuning", ("good answers as data", "form, tone, skill")),
    ]
    for column, row, pair, name, lines in cells:
        x, y = 44 + column * 212, 50 + row * 142
        d.box(x, y, 204, 134, pair, edge=True)
        d.text(x + 16, y + 42, name, pair, size=17, weight=700)
        for n, words in enumerate(lines):
            d.text(x + 16, y + 74 + n * 22, words, QUIET)
    d.text(27, 117, "facts missing", INK, anchor="middle", turn=-90)
    d.text(27, 259, "facts known", INK, anchor="middle", turn=-90)
    d.text(146, 354, "behaves well", INK, anchor="middle")
    d.text(358, 354, "behaves badly", INK, anchor="middle")
    d.box(44, 368, 416, 36, QUIET, edge=True)
    d.text(252, 391, "Free choice of steps needed? An agent around it.", INK, anchor="middle")
    return d


def three_systems():
    d = Drawing("ts", 426, "What each of three systems changes",
                "Fine-tuning changes the weights, RAG the context, an agent the control flow.", 400)
    rows = [(GREEN, "Fine-tuning changes the weights", ("Tuned weights",), "Answer"),
            (BLUE, "RAG changes the context", ("Search finds passages,", "same model reads them"), "Answer, source"),
            (RED, "An agent changes the control flow", ("Model plans",), "Result")]
    y = 16
    for pair, name, inner, result in rows:
        d.text(14, y + 14, name, pair, 16, 700)
        end = d.node(14, y + 26, 200, inner, pair)
        middle = (y + 26 + end) / 2
        d.node(258, middle - 19, 128, (result,))
        d.arrow((214, middle), (258, middle))
        if pair is RED:
            d.arrow((72, end), (72, end + 40))
            d.arrow((156, end + 40), (156, end))
            end = d.node(14, end + 40, 200, ("Tool",), pair)
            d.text(226, end - 24, "the model reads the", QUIET)
            d.text(226, end - 4, "result, decides again", QUIET)
        y = end + 36
    d.height = y - 20
    return d


def decision_tree():
    d = Drawing("dt", 500, "Which change comes next",
                "Prompt good enough: stop. Else the largest pile of errors decides: facts, RAG; form or skill, fine-tuning; steps, a workflow.", 404)
    rows = [(INK, ("Test set, good prompt:", "good enough?"), ("Stop, watch it",)),
            (GREEN, ("Largest pile of errors:", "missing facts?"), ("RAG", "recall low? Mend", "the search first")),
            (SAND, ("Form or skill?",), ("Fine-tune (PEFT)", "too big? Distil,", "quantize")),
            (RED, ("Steps or actions?",), ("Workflow", "steps not known?", "Agent with walls"))]
    y = 16
    for n, (pair, question, remedy) in enumerate(rows):
        high = max(20 * len(question), 20 * len(remedy)) + 18
        middle = y + high / 2
        top = middle - (20 * len(question) + 18) / 2
        end = d.node(12, top, 188, question)
        d.node(242, middle - (20 * len(remedy) + 18) / 2, 150, remedy, pair, bold=True)
        d.arrow((200, middle), (242, middle))
        d.text(219, middle - 7, "yes", INK, 14, anchor="middle")
        y += high + 30
        if n < len(rows) - 1:
            following = rows[n + 1]
            below = y + (max(20 * len(following[1]), 20 * len(following[2])) - 20 * len(following[1])) / 2
            d.arrow((103, end), (103, below))
            d.text(111, (end + below) / 2 + 5, "no", INK, 14)
    d.text(200, y + 2, "After each change, measure again from the top.", QUIET, anchor="middle")
    d.height = y + 18
    return d


def agent_walls():
    d = Drawing("aw", 500, "The loop of an agent with its walls",
                "The model proposes; code checks tool, arguments and budget; a person confirms what is hard to undo; then the tool runs.", 400)
    middle = 170
    end = d.node(70, 16, 200, ("Goal",))
    d.arrow((middle, end), (middle, end + 28))
    model = end + 28
    end = d.node(70, model, 200, ("Model proposes",), BLUE, bold=True)
    d.node(300, 16, 88, ("Answer,", "or stop"))
    d.arrow((270, model + 12), (344, model + 12), (344, 74))
    back = []
    for question, lines, yes in (("check", ("Code checks", "allowed, valid, budget?"), "yes"), ("person", ("Hard to undo?", "Then a person decides"), "go")):
        d.arrow((middle, end), (middle, end + 34))
        if back:
            d.text(middle + 8, end + 22, "yes", INK, 14)
        top = end + 34
        end = d.node(70, top, 200, lines, RED, bold=True)
        back.append((top + end) / 2)
    d.arrow((middle, end), (middle, end + 34))
    d.text(middle + 8, end + 22, "go", INK, 14)
    top = end + 34
    end = d.node(70, top, 200, ("Run the tool and log",), GREEN, bold=True)
    for y in back:
        d.line([(270, y), (334, y)], RED, 1.5, "5 4")
        d.text(276, y - 7, "no", RED, 14, 600)
    d.arrow((334, back[1]), (334, model + 30), (270, model + 30), pair=RED, dash="5 4")
    d.arrow((70, top + 19), (30, top + 19), (30, model + 19), (70, model + 19), pair=GREEN)
    d.text(22, (top + model) / 2 + 19, "the result goes back", GREEN, 14, anchor="middle", turn=-90)
    d.text(352, (back[0] + back[1]) / 2 - 10, "refused: say why", RED, 14, anchor="middle", turn=-90)
    d.height = end + 16
    return d


def main():
    for name, draw in (("fault-funnel", fault_funnel), ("break-even", break_even), ("steps", steps), ("two-gaps", two_gaps),
                       ("three-systems", three_systems), ("decision-tree", decision_tree), ("agent-walls", agent_walls)):
        draw().save(sys.argv[1], f"{name}.svg")


if __name__ == "__main__":
    main()
