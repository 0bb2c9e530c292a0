"""Writes the drawn figures of this module, as SVG: gradient-decay, lstm-cell, attention-weights, path-length,
pair-share, attention-family, three-masks, kv-cache and parallel-scan.

Run: python draw_figures.py ../media
Needs only Python. Licence of the figures: CC BY 4.0.
"""

import math
import pathlib
import sys

WIDTH = 440
BLUE, GREEN, RED, BROWN = ("#1f5fa8", "#86b9f5"), ("#0b6b63", "#5cc9bd"), ("#a3341c", "#ff9c82"), ("#7a5300", "#e6b450")


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


def power(n):
    return str(n).replace("-", "−")


def gradient_decay(folder):
    d = Drawing("gradient-decay", 400, "What is left of a gradient after many equal factors",
                "On a log scale, over 100 steps: a factor of 1.1 grows to 14,000, 0.99 falls to 0.37, 0.9 to 0.000027, 0.7 to 3 times ten to the minus 16.")
    left, right, top, bottom, low, high = 58, 300, 50, 340, -16, 5

    def at(step, value):
        return left + (right - left) * step / 100, bottom - (bottom - top) * (value - low) / (high - low)

    d.text(16, 28, "Share of the gradient that is left", weight=600)
    for n in (5, 0, -5, -10, -15):
        y = at(0, n)[1]
        d.line([(left, y), (right, y)], GRID, 0.8)
        d.text(left - 8, y + 5, f'10<tspan dy="-7" font-size="12">{power(n)}</tspan>' if n else "1", anchor="end")
    for step in (0, 25, 50, 75, 100):
        d.text(at(step, 0)[0], bottom + 24, str(step), anchor="middle")
    d.text((left + right) / 2, bottom + 48, "steps back", anchor="middle")
    for factor, colours, dash, label in ((1.1, RED, "", "× 1.1: 14,000"), (0.99, GREEN, "8 4", "× 0.99: 0.37"), (0.9, BLUE, "", "× 0.9: 0.00003"), (0.7, BROWN, "3 4", "× 0.7: 3e−16")):
        end = at(100, 100 * math.log10(factor))
        d.line([at(0, 0), end], colours, 3, dash)
        d.text(end[0] + 6, end[1] + 5, label, colours, weight=600, size=15)
    d.save(folder)


def attention_weights(folder):
    queries, keys = [(2, 0, 0, 0), (2, 0, 2, 0), (2, 2, 0, 0)], [(1, 1, 0, 0), (1, 0, 1, 0), (0, 0, 1, 1)]
    tokens, side, left, top = ["cup", "table", "it"], 96, 124, 84
    d = Drawing("attention-weights", 420, "Attention weights of three tokens",
                "Cup looks at itself only. Table looks at cup with 0.269 and at itself with 0.731. It looks at cup with 0.665, at table with 0.245 and at itself with 0.090.")
    d.text(16, 28, "looks at ↓", weight=600)
    d.text(left + 1.5 * side, 28, "is looked at →", anchor="middle", weight=600)
    shades = [(0.5, ("#1f5fa8", "#5a9be6"), ("#ffffff", "#0a0d0f")), (0.2, ("#9fc0e6", "#31598a"), INK), (0.0, ("#dfe9f5", "#20354d"), INK)]
    for i, query in enumerate(queries):
        scores = [math.exp(sum(a * b for a, b in zip(query, key)) / 2) for key in keys[: i + 1]]
        d.text(left - 14, top + (i + 0.5) * side + 6, tokens[i], anchor="end", weight=600)
        d.text(left + (i + 0.5) * side, 66, tokens[i], anchor="middle", weight=600)
        for j in range(3):
            x, y = left + j * side, top + i * side
            weight = scores[j] / sum(scores) if j <= i else None
            if weight is None:
                d.text(x + side / 2, y + side / 2 + 6, "masked", anchor="middle", size=15)
            else:
                back, ink = next((b, k) for least, b, k in shades if weight >= least)
                d.box(x, y, side, side, back)
                d.text(x + side / 2, y + side / 2 + 6, f"{weight:.3f}", ink, "middle", 18, 600)
            d.line([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], GRID, 1, close=True)
    d.text(left + 1.5 * side, 404, "each row sums to one", anchor="middle")
    d.save(folder)


def pair_share(folder):
    d = Drawing("pair-share", 400, "The share of the work that goes into pairs of tokens",
                "For width 4,096: 2 percent at 512 tokens, 14 at 4,096, 50 at 24,576, 84 at 131,072. For width 1,024: 50 percent at 6,144.")
    left, right, top, bottom = 58, 420, 50, 330

    def at(tokens, share):
        return left + (right - left) * math.log2(tokens / 512) / 8, bottom - (bottom - top) * share

    d.text(16, 28, "Pairs, share of a block's work", weight=600)
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = at(512, share)[1]
        d.line([(left, y), (right, y)], GRID, 0.8)
        d.text(left - 8, y + 5, f"{share:.0%}", anchor="end", size=15)
    for tokens, label in ((512, "512"), (2048, "2,048"), (8192, "8,192"), (32768, "32,768"), (131072, "131,072")):
        d.text(at(tokens, 0)[0] - (14 if tokens == 131072 else 0), bottom + 24, label, anchor="middle", size=15)
    d.text((left + right) / 2, bottom + 52, "tokens in the text", anchor="middle")
    for width, colours, dash, where, label in ((4096, BLUE, "", (11500, 0.13), "width 4,096"), (1024, RED, "8 4", (1300, 0.66), "width 1,024")):
        grid = [512 * 2 ** (n / 8) for n in range(65)]
        d.line([at(n, n / (6 * width + n)) for n in grid], colours, 3, dash)
        x, y = at(6 * width, 0.5)
        d.add(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" {d.paint("fill", colours)}/>')
        d.text(*at(*where), label, colours, weight=600)
    d.save(folder)


def three_masks(folder):
    d = Drawing("three-masks", 640, "Who may look at whom in three shapes",
                "Encoder: all 49 pairs. Decoder: 28 pairs, on and below the diagonal. Encoder-decoder: 34 pairs, the whole source and the target's past.")
    side, source = 22, 4
    shapes = [("Encoder", "every token sees", "the whole text", "49 of 49 pairs", lambda i, j: True),
              ("Decoder", "a token sees itself", "and what came before", "28 of 49 pairs", lambda i, j: j <= i),
              ("Encoder-decoder", "source: all of it;", "target: source and past", "34 of 49 pairs", lambda i, j: j <= i or (i < source and j < source))]
    for n, (name, one, two, three, sees) in enumerate(shapes):
        x0, y0 = 54, 46 + n * 200
        d.text(x0, y0 - 24, name, weight=600)
        for group, at, count in (("source", 0, 4), ("target", 4, 3)):
            d.text(x0 + (at + count / 2) * side, y0 - 5, group, anchor="middle", size=15)
        for i in range(7):
            d.text(x0 - 8, y0 + (i + 0.5) * side + 5, ("s" if i < source else "t") + str(i % source + 1), anchor="end", size=15)
            for j in range(7):
                x, y = x0 + j * side, y0 + i * side
                if sees(i, j):
                    d.box(x, y, side, side, BLUE)
                d.line([(x, y), (x + side, y), (x + side, y + side), (x, y + side)], ("#ffffff", "#14191c") if sees(i, j) else GRID, 1, close=True)
        d.line([(x0 + source * side, y0), (x0 + source * side, y0 + 7 * side)], INK, 2)
        d.line([(x0, y0 + source * side), (x0 + 7 * side, y0 + source * side)], INK, 2)
        for k, words in enumerate((one, two, three)):
            d.text(x0 + 7 * side + 18, y0 + 46 + k * 26, words, weight=600 if k == 2 else 400)
    d.save(folder)


def kv_cache(folder):
    d = Drawing("kv-cache", 470, "The KV cache of one user",
                "Gigabytes at 8,192, 32,768 and 131,072 tokens: with 32 key-value heads 4.3, 17.2 and 68.7; with 8 heads 1.1, 4.3 and 17.2; with one head 0.13, 0.54 and 2.1. The weights take 16.1.")
    left, right, scale = 120, 420, 68.719476736
    d.text(16, 28, "KV cache of one user, GB", weight=600)
    y = 46
    line = left + (right - left - 52) * 16.060522496 / scale
    tops = y + 4
    for tokens in (8192, 32768, 131072):
        d.text(16, y + 20, f"{tokens:,} tokens", weight=600)
        y += 30
        for heads, colours in ((32, RED), (8, BLUE), (1, GREEN)):
            size = 2 * 32 * heads * 128 * 2 * tokens / 1e9
            width = max(2, (right - left - 52) * size / scale)
            d.text(left - 8, y + 18, f"{heads} head" + ("s" if heads > 1 else ""), anchor="end", size=15)
            d.box(left, y + 2, width, 22, colours)
            label = f"{size:.1f}" if size >= 1 else f"{size:.2f}"
            x = left + width + 6
            if x < line < x + 34:
                x = line + 6
            d.text(x, y + 18, label, size=15)
            y += 30
        y += 10
    d.line([(line, tops + 26), (line, y - 6)], INK, 2, "5 4")
    d.text(line, y + 16, "weights: 16.1 GB", anchor="middle", weight=600)
    d.save(folder)


PAPER = ("#e7f4f2", "#1d3b3a")


def node(d, x, y, w, h, lines, border=GREEN, back=PAPER, size=15):
    """A box with centred lines; x and y are its middle."""
    d.add(f'<rect x="{x - w / 2:.1f}" y="{y - h / 2:.1f}" width="{w}" height="{h}" rx="5" {d.paint("fill", back)}/>')
    d.line([(x - w / 2, y - h / 2), (x + w / 2, y - h / 2), (x + w / 2, y + h / 2), (x - w / 2, y + h / 2)], border, 1.5, close=True)
    for n, words in enumerate(lines):
        d.text(x, y + 5 + (n - (len(lines) - 1) / 2) * (size + 4), words, anchor="middle", size=size)


def arrow(d, points, colours=INK, dash=""):
    """A line with a head at its last point."""
    (x0, y0), (x1, y1) = points[-2:]
    turn = math.atan2(y1 - y0, x1 - x0)
    d.line(points, colours, 1.8, dash)
    for side in (-1, 1):
        d.line([(x1 - 9 * math.cos(turn + side * 0.45), y1 - 9 * math.sin(turn + side * 0.45)), (x1, y1)], colours, 1.8)


def lstm_cell(folder):
    d = Drawing("lstm-cell", 440, "One step of an LSTM",
                "The old cell is multiplied by the forget gate, the candidate by the input gate, both are added to the new cell. Tanh and the output gate make the new state.")
    belt, gates, source = 70, 260, 372
    d.text(16, 28, "The belt", BLUE, weight=600)
    node(d, 54, belt, 76, 44, ["old cell"], BLUE)
    node(d, 386, belt, 82, 44, ["new cell"], BLUE)
    for x, words in ((126, "×"), (204, "+")):
        node(d, x, belt, 34, 34, [words], INK, ("#ffffff", "#14191c"), 20)
    arrow(d, [(92, belt), (107, belt)], BLUE)
    arrow(d, [(143, belt), (185, belt)], BLUE)
    arrow(d, [(221, belt), (343, belt)], BLUE)
    node(d, 204, 160, 34, 34, ["×"], INK, ("#ffffff", "#14191c"), 20)
    node(d, 386, 160, 82, 44, ["tanh, × o"], INK, ("#ffffff", "#14191c"))
    arrow(d, [(204, 143), (204, 89)])
    arrow(d, [(386, 92), (386, 136)], BLUE)
    for x, words in ((72, ["forget", "gate f"]), (176, ["input", "gate i"]), (280, ["candidate", "g"]), (384, ["output", "gate o"])):
        node(d, x, gates, 92, 52, words)
        arrow(d, [(220, source - 22), (x, gates + 28)], GRID)
    arrow(d, [(72, gates - 26), (122, 89)])
    arrow(d, [(176, gates - 26), (196, 179)])
    arrow(d, [(280, gates - 26), (214, 179)])
    arrow(d, [(386, gates - 26), (386, 184)])
    arrow(d, [(345, 160), (324, 160)])
    d.text(318, 165, "new state", anchor="end", size=15, weight=600)
    node(d, 220, source, 250, 44, ["token and previous state"])
    d.text(16, 424, "On the belt: one ×, one +, no matrix", BLUE, weight=600)
    d.save(folder)


def path_length(folder):
    d = Drawing("path-length", 420, "The road from token 1 to the output at token 4",
                "Recurrent: token 1 passes through states 1 to 4, three steps sideways. Attention: each token has one direct arrow to the output.")
    xs = [62, 168, 274, 380]
    d.text(16, 28, "Recurrent: 3 steps", weight=600)
    for n, x in enumerate(xs):
        node(d, x, 150, 84, 36, [f"token {n + 1}"])
        node(d, x, 78, 84, 36, [f"state {n + 1}" if n < 3 else "output 4"], BLUE if n < 3 else RED)
        arrow(d, [(x, 132), (x, 98)], RED if n == 0 else GRID)
        if n:
            arrow(d, [(xs[n - 1] + 42, 78), (x - 43, 78)], RED)
    d.text(16, 226, "Attention: 1 step", weight=600)
    node(d, 380, 276, 84, 36, ["output 4"], RED)
    for n, x in enumerate(xs):
        node(d, x, 376, 84, 36, [f"token {n + 1}"])
        arrow(d, [(x, 358), (346 + 12 * n, 296)], RED if n == 0 else GRID)
    d.save(folder)


def attention_family(folder):
    d = Drawing("attention-family", 430, "Three branches of the Transformer",
                "2014 Bahdanau, 2017 Transformer; then GPT 2018, BERT 2018 and T5 2019, each with its successors.")
    node(d, 220, 40, 250, 52, ["2014 Bahdanau:", "attention helps an RNN"])
    node(d, 220, 134, 250, 52, ["2017 Transformer:", "encoder and decoder"])
    arrow(d, [(220, 66), (220, 106)])
    for x, colours, first, then in (
        (78, BLUE, ["2018 GPT", "decoder"], ["2020 GPT-3", "2023 Llama"]),
        (220, GREEN, ["2018 BERT", "encoder"], ["2019 RoBERTa", "2024 Modern-", "BERT"]),
        (362, BROWN, ["2019 T5", "both"], ["2022 FLAN-T5", "2025 T5Gemma"]),
    ):
        node(d, x, 246, 124, 56, first, colours)
        node(d, x, 362, 138, 80, then, colours)
        arrow(d, [(220, 160), (x, 216)])
        arrow(d, [(x, 274), (x, 320)], colours)
    d.save(folder)


def parallel_scan(folder):
    d = Drawing("parallel-scan", 330, "A parallel scan over four steps",
                "The pairs 0.5, 1 and 0.5, 2 join to 0.25, 2.5. The pairs 0.1, 4 and 1, 1 join to 0.1, 5. These join to 0.025, 5.25.")
    xs = [62, 168, 274, 380]
    for x, n, pair in zip(xs, (1, 2, 3, 4), ("(0.5, 1)", "(0.5, 2)", "(0.1, 4)", "(1, 1)")):
        node(d, x, 46, 92, 56, [f"step {n}", pair])
    for x, pair, parents in ((115, "(0.25, 2.5)", xs[:2]), (327, "(0.1, 5)", xs[2:])):
        node(d, x, 166, 120, 56, ["round 1", pair], BLUE)
        for parent in parents:
            arrow(d, [(parent, 74), (x + (parent - x) * 0.4, 136)])
        arrow(d, [(x, 194), (220 + (x - 220) * 0.35, 254)], BLUE)
    node(d, 220, 284, 140, 56, ["round 2", "(0.025, 5.25)"], RED)
    d.save(folder)


if __name__ == "__main__":
    out = pathlib.Path(sys.argv[1])
    for draw in (gradient_decay, lstm_cell, attention_weights, path_length, pair_share, attention_family, three_masks, kv_cache, parallel_scan):
        draw(out)
