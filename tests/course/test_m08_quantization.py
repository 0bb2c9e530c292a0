"""Worked numbers of Module 8."""

import contextlib
import io
import itertools
import re
import unittest
from math import log, log2, prod, sqrt

from course import CONTENT, Worked

FOLDER = CONTENT / "modules" / "08-quantization"
FORMATS, RTN, BETTER, GGUF, SPEED, EDGE = (
    "01-numbers-in-memory", "02-round-to-nearest-by-hand", "03-gptq-awq-smoothquant-rotations",
    "04-gguf-and-ggml", "05-speed-against-accuracy", "06-edge-and-mobile",
)
SIX = [0.12, -0.47, 0.03, 0.91, -1.20, 0.30]
FP4 = [sign * size for size in (0, 0.5, 1, 1.5, 2, 3, 4, 6) for sign in (1, -1)]
NF4 = [-1.0, -0.69619280, -0.52507305, -0.39491749, -0.28444138, -0.18477343, -0.09105004, 0.0, 0.07958030, 0.16093020,
       0.24611230, 0.33791524, 0.44070983, 0.56261700, 0.72295684, 1.0]
N = 8.03e9


def mse(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b)) / len(a)


def levels(values, scale, grid):
    return [min(grid, key=lambda g: abs(g - x / scale)) * scale for x in values]


def symmetric(values, bits, top=None):
    q = 2 ** (bits - 1) - 1
    scale = (top or max(map(abs, values))) / q
    return [round(x / scale) * scale for x in values]


# lesson 3
XS, W = [(2, 1), (1, 2), (2, 2)], [0.4, 0.4]
H11, H22, H12 = (sum(x[i] * x[j] for x in XS) for i, j in ((0, 0), (1, 1), (0, 1)))


def output_error(q):
    return sum(sum((b - a) * v for a, b, v in zip(W, q, x)) ** 2 for x in XS)


HADAMARD = ((1, 1, 1, 1), (1, -1, 1, -1), (1, 1, -1, -1), (1, -1, -1, 1))
X = [8, 0.2, -0.4, 0.2]


def turn(v):
    return [sum(a * b for a, b in zip(row, v)) / 2 for row in HADAMARD]


# lesson 4: (weights, weights of a block, bytes of a block)
FILE = [(106_168_320, 32, 20), (28_311_552, 32, 34), (35_136, 1, 4)]
BYTES = [n // block * size for n, block, size in FILE]
FRONT = 1_785_664

# lesson 5
P = [0.5, 0.25, 0.8, 0.1]
PER_TOKEN = 2 * 32 * 8 * 128 * 2


def decode(bits, tokens=1, extra=0):
    return tokens * (N * bits / 8 + extra) / 100e9


def prefill(tokens):
    return 2 * N * tokens / 2e12


# lesson 6
PHONE_W, PHONE_T = 3.2 * 4.5 / 8, 2 * 28 * 8 * 128 * 2


class Quantization(Worked):
    module = "08-quantization"
    numbers = [
        (FORMATS, "$2^{-7} = {}$, and adding", 2**-7),
        (FORMATS, "The scale is $1 / 4 = {}$", 0.25),
        (FORMATS, r"-1.0,\ 0.25]$. The mean squared error (MSE) is ${}$", mse(SIX, levels(SIX, 0.25, FP4))),
        (FORMATS, "1. $1.20 / 6 = {}$", 0.2),
        (FORMATS, "nearest E4M3 number is {}.", (1 + round((0.2 * 8 - 1) * 8) / 8) / 8),
        (FORMATS, r"0.305]$. The MSE is ${}$", mse(SIX, levels(SIX, 0.203125, FP4))),
        (FORMATS, "0.2461. The MSE is ${}$", mse(SIX, levels(SIX, 1.2, NF4))),
        (FORMATS, "INT4 has ${}$ on the same six", mse(SIX, symmetric(SIX, 4))),
        (FORMATS, "(FP32) | 8 + 32/4096 | {} |", 8 + 32 / 4096),
        (FORMATS, "| 4 + 32/64 | {} |", 4.5),
        (FORMATS, "32/(64 · 256) | {} |", 4 + 8 / 64 + 32 / (64 * 256)),
        (FORMATS, "| 4.127 | {} GB", N * (4 + 8 / 64 + 32 / (64 * 256)) / 8e9),
        (FORMATS, "| 4 + 8/32 | 4.25 | {} GB", N * 4.25 / 8e9),
        (FORMATS, "$4 + (16 + 16)/32 = {}$ bits", 5),
        (FORMATS, r"$3 \cdot 10^9 \cdot 5 / 8 = {}$", 3e9 * 5 / 8),
        (RTN, "$s = 1.20 / 127 = {}$", 1.2 / 127),
        (RTN, "over the six weights is ${}$", mse(SIX, symmetric(SIX, 8))),
        (RTN, "$s = 1.20 / 7 = {}$", 1.2 / 7),
        (RTN, "The MSE is ${}$, about 330", mse(SIX, symmetric(SIX, 4))),
        (RTN, "Their MSE is ${}$", mse(SIX, symmetric(SIX, 8, 8.0))),
        (RTN, "innocent neighbours **{} times larger**", mse(SIX, symmetric(SIX, 8, 8.0)) / mse(SIX, symmetric(SIX, 8))),
        (RTN, "The symmetric method has $s = {}$", 1.7 / 7),
        (RTN, "$s = 0.2429$ and an MSE of {}.", mse([0.2, 0.5, 0.8, 1.1, 1.4, 1.7], symmetric([0.2, 0.5, 0.8, 1.1, 1.4, 1.7], 4))),
        (RTN, "$16/32 - 16/64 = {}$ bits", 0.25),
        (BETTER, "$1.44 + 1.44 + 2.56 = {}$", output_error([0, 0])),
        (BETTER, "$H_{11} = 4 + 1 + 4 = {}$", H11),
        (BETTER, "$H_{22} = 1 + 4 + 4 = {}$", H22),
        (BETTER, "$H_{12} = 2 + 2 + 4 = {}$", H12),
        (BETTER, r"0.4 \cdot 8 / 9 = {}$", 0.4 * H12 / H22),
        (BETTER, "The second weight becomes ${}$", 0.4 + 0.4 * H12 / H22),
        (BETTER, "$0.04 + 0.64 + 0.16 = {}$", output_error([0, 1])),
        (BETTER, "from 5.44 to 0.84, {} times smaller", output_error([0, 0]) / output_error([0, 1])),
        (BETTER, "rose from {} to 0.26", mse(W, [0, 0])),
        (BETTER, "rose from 0.16 to {}.", mse(W, [0, 1])),
        (BETTER, "Scale $1.05 / 7 = {}$", 0.15),
        (BETTER, "an error of $0.07$, times 20 gives ${}$", 20 * (2 * 0.15 - 0.23)),
        (BETTER, r"$0.92 / 0.15 = {} \to", 0.92 / 0.15),
        (BETTER, "Divided by 4: ${}$", 6 * 0.15 / 4),
        (BETTER, "The error is $0.005$, times 20 gives ${}$", 20 * abs(6 * 0.15 / 4 - 0.23)),
        (BETTER, "The scale grows to ${}$", 8 * 0.23 / 7),
        (BETTER, "third weight is stored as ${}$", round(0.4 / (8 * 0.23 / 7)) * 8 * 0.23 / 7),
        (BETTER, r"\sqrt{40 / 0.5} = {}$", sqrt(80)),
        (BETTER, r"\sqrt{1 / 0.5} = {}$", sqrt(2)),
        (BETTER, "$40 / 8.94 = {}$", 40 / sqrt(80)),
        (BETTER, "$1 / 1.41 = {}$", 1 / sqrt(2)),
        (BETTER, "fell from 40 to {}.", 40 / sqrt(80) * sqrt(2)),
        (BETTER, "largest value fell from 8 to {}.", max(turn(X))),
        (BETTER, "become 0. Squared error: ${}$", 4 * mse(X, symmetric(X, 4))),
        (BETTER, r"0.3]$. Squared error: ${}$", 4 * mse(X, turn(symmetric(turn(X), 4)))),
        (GGUF, "5.0 | {} |", BYTES[0]),
        (GGUF, "8.5 | {} |", BYTES[1]),
        (GGUF, "35,136 | 32 | {} |", BYTES[2]),
        (GGUF, "| 134,515,008 | | **{}**", sum(BYTES) + FRONT),
        (GGUF, "= {}$ bits per weight. In a small model", (sum(BYTES) + FRONT) * 8 / sum(n for n, _, _ in FILE)),
        (GGUF, "here {}% of the weights", 100 * FILE[1][0] / sum(n for n, _, _ in FILE)),
        (GGUF, "of the weights and {}% of the bytes", 100 * BYTES[1] / (sum(BYTES) + FRONT)),
        (GGUF, "input table is {}% of the weights", 100 * 525_336_576 / 8_030_261_248),
        (GGUF, r"$256 \cdot 4 = {}$ bits", 1024),
        (GGUF, r"(6 + 6) = {}$ bits", 96),
        (GGUF, "$128 + 12 + 4 = {}$ bytes", 144),
        (GGUF, r"$144 \cdot 8 / 256 = {}$", 4.5),
        (GGUF, r"0.2 \cdot 6.5625 = {}$ bits", 0.8 * 4.5 + 0.2 * 6.5625),
        (GGUF, r"4.9125 / 8 = {}$ GB", N * 4.9125 / 8e9),
        (GGUF, "/ 2^{30} = {}$", N * 4.9125 / 8 / 2**30),
        (GGUF, r"100 \cdot 0.05^2 = {}$", 100 * 0.05**2),
        (GGUF, r"100 \cdot 0 = {}$", (0.7 - 7 * 0.25 / 3) ** 2),
        (GGUF, "8-billion model are {} GB", N / 8e9 * sum((8.5, 6.5625, 5.5, 4.5, 3.4375))),
        (SPEED, "$2000 / 100 = {}$ operations", 20),
        (SPEED, "$2 / 0.5625 = {}$ per byte", 2 / 0.5625),
        (SPEED, "$100 / 16.06 = {}$ tokens", 1 / decode(16)),
        (SPEED, "$100 / 4.52 = {}$ tokens", 1 / decode(4.5)),
        (SPEED, r"\cdot 512 = {}$ operations", 2 * N * 512),
        (SPEED, "operations: {} seconds, with", prefill(512)),
        (SPEED, "200 / 6.2 = {}$ s", prefill(512) + decode(16, 200)),
        (SPEED, "200 / 22.1 = {}$ s", prefill(512) + decode(4.5, 200)),
        (SPEED, "That is {} times faster. 5.", (prefill(512) + decode(16, 200)) / (prefill(512) + decode(4.5, 200))),
        (SPEED, "Prefill takes {} s", prefill(4096)),
        (SPEED, "s. BF16: {} s. 4.5 bits: 33.8", prefill(4096) + decode(16, 20)),
        (SPEED, "36.1 s. 4.5 bits: {} s", prefill(4096) + decode(4.5, 20)),
        (SPEED, "33.8 s. That is {} times", (prefill(4096) + decode(16, 20)) / (prefill(4096) + decode(4.5, 20))),
        (SPEED, "After 8,192 tokens that is {} GB", PER_TOKEN * 8192 / 1e9),
        (SPEED, "$100 / (4.52 + 1.07) = {}$", 1 / decode(4.5, 1, PER_TOKEN * 8192)),
        (SPEED, r"$3 \cdot 10^9 \cdot 4.5 / 8 = {}$ GB", 3 * 4.5 / 8),
        (SPEED, "$50 / 1.69 = {}$", 50 / (3 * 4.5 / 8)),
        (SPEED, "$2.303$. Sum: ${}$", -sum(map(log, P))),
        (SPEED, "Mean: ${}$", -sum(map(log, P)) / 4),
        (SPEED, "$e^{1.151} = {}$", prod(P) ** -0.25),
        (SPEED, r"$\log(37.8 / 37.5) = {}$", log(37.8 / 37.5)),
        (SPEED, r"\sqrt{434} = {}$", 0.15 / sqrt(434)),
        (SPEED, "interval reaches from ${}$ to", log(37.8 / 37.5) - 1.96 * 0.15 / sqrt(434)),
        (SPEED, "from $-0.006$ to ${}$", log(37.8 / 37.5) + 1.96 * 0.15 / sqrt(434)),
        (SPEED, r"$\sqrt{35 + 30} = {}$", sqrt(65)),
        (SPEED, r"$\log(6.24/6.20) = {}$", log(6.24 / 6.20)),
        (SPEED, "$32 / (1.4 - 0.2) = {}$", 32 / 1.2),
        (SPEED, r"10^6 \cdot 4 = {}$ MB", 134.515008 * 4),
        (SPEED, "of which {} MB are the embedding", 28.311552 * 4),
        (SPEED, "packed blocks reads {} times less", 134_515_008 * 4 / (sum(BYTES) + FRONT)),
        (SPEED, r"/ 64 \cdot 4 = {}$ MB in 32 bits", 106_168_320 / 64 * 4 / 1e6),
        (SPEED, r"$32 \cdot 3.6 = {}$ operations", 32 * 2 / 0.5625),
        (EDGE, "so at least {} for one byte", round(1300 / 8, -1)),
        (EDGE, r"$3.2 \cdot 10^9 \cdot 4.5 / 8 = {}$ GB", PHONE_W),
        (EDGE, "For 8,192 tokens: {} GB", PHONE_T * 8192 / 1e9),
        (EDGE, "$1.80 + 0.94 + 0.40 = {}$ GB", PHONE_W + PHONE_T * 8192 / 1e9 + 0.4),
        (EDGE, "$1.80 + 0.47 + 0.40 = {}$ GB", PHONE_W + PHONE_T * 4096 / 1e9 + 0.4),
        (EDGE, r"$0.6 \cdot 40 / 1.80 = {}$", 24 / PHONE_W),
        (EDGE, "$1.80 + 0.47 = {}$ GB", PHONE_W + PHONE_T * 4096 / 1e9),
        (EDGE, "40 / 2.27 = {}$", 24 / (PHONE_W + PHONE_T * 4096 / 1e9)),
        (EDGE, "200 / 12 = {}$ joules", 5 * 200 / 12),
        (EDGE, r"$15 \cdot 3600 = 54{,}000$ joules. One answer is {}% of it", 100 * 5 * 200 / 12 / 54000),
        (EDGE, "One answer is {}% of it", 100 * 5 * 200 / 12 / 54000),
        (EDGE, "3.4375 / 8 = {}$ GB", 7 * 3.4375 / 8),
        (EDGE, "$24 / 3.01 = {}$ tokens", 24 / (7 * 3.4375 / 8)),
        (EDGE, r"$\log_2 3 = {}$ bits", log2(3)),
        (EDGE, "a crash at token {} or so", round(100e6 / PHONE_T, -1)),
        (EDGE, r"$10^9 \cdot 4.5/8 = {}$ GB", 4.5 / 8),
        (EDGE, r"\cdot 2.6 / 8 = {}$ GB", 7 * 2.6 / 8),
    ]
    keys = {
        "m08-q1": lambda bits, top: top / (2 ** (bits - 1) - 1),
        "m08-q8": lambda b, g, c: b + c / g,
        "m08-q15": lambda band, n, b: band / (n * b / 8),
        "m08-x2": lambda top, w: round(w / (top / 7)) * top / 7,
        "m08-x4": lambda l, h, d, n: 2 * l * h * d * 2 * n / 1e6,
    }

    def test_the_price_list_follows_from_the_bytes_of_a_block(self):
        rows = re.findall(r"^\| \w+ \| (\d+) \| (\d+) \| ([\d.]+) \| ([\d.]+) GB \|$", (FOLDER / f"{GGUF}.md").read_text(encoding="utf-8"), re.M)
        self.assertEqual(len(rows), 11)
        for weights, size, bits, total in rows:
            self.assertEqual(float(bits), int(size) * 8 / int(weights))
            self.assertLessEqual(abs(float(total) - 8.030261248 * float(bits) / 8), 0.005001)

    def test_no_other_choice_of_levels_beats_the_trained_one(self):
        text = (FOLDER / f"{EDGE}.md").read_text(encoding="utf-8")
        code = re.search(r'```python[^\n]*\n(.*?)\nprint\("after', text, re.S)[1]
        known = {}
        exec(compile(code, EDGE, "exec"), known)
        best = min(itertools.product((-0.5, 0.0, 0.5), repeat=6), key=lambda w: known["loss"](w))
        self.assertIn(f"during training {list(best)} loss {known['loss'](best):.3f}", text)

    def test_the_code_prints_what_the_lessons_show(self):
        found = 0
        for path in sorted(FOLDER.glob("[0-9][0-9]-*.md")):
            text = path.read_text(encoding="utf-8")
            for code, wanted in re.findall(r'```python[^\n]*\n((?:(?!```).)*)```\n\n```text title="output"\n(.*?)```', text, re.S):
                self.assertLessEqual(len(code.splitlines()), 25)
                if "numpy" in code:                        # run by hand; the tests have the standard library only
                    continue
                found += 1
                with self.subTest(lesson=path.stem):
                    said = io.StringIO()
                    with contextlib.redirect_stdout(said):
                        exec(compile(code, path.name, "exec"), {})
                    self.assertEqual([line.rstrip() for line in said.getvalue().splitlines()], [line.rstrip() for line in wanted.splitlines()])
        self.assertEqual(found, 5, "blocks of code with an output")


if __name__ == "__main__":
    unittest.main()
