"""Worked numbers of Module 5."""

import contextlib
import importlib.util
import io
import math
import re
import unittest
from collections import Counter

from course import CONTENT, Worked, lesson

FOLDER = CONTENT / "modules" / "05-hugging-face"
INSTALL, OFFLINE, TOKENS, DATA, MODELS, BEST = (
    "01-install-and-set-up", "02-apis-vs-offline", "03-tokenizers", "04-datasets", "05-transformers", "06-best-practices",
)

# lessons 1 and 2: packages, bytes and lines
WEIGHTS = 8.03 * 2                                       # GB of 8.03 billion parameters in 16 bits
NEEDED = WEIGHTS + 0.01
ALL = 3 * WEIGHTS + 4.90 + 0.01


def breaks(packages, percent, months=1):
    """The chance that at least one package breaks something."""
    return 1 - (1 - percent / 100) ** (packages * months)


def seconds(gigabytes, gigabits_per_second):
    return 8 * gigabytes / gigabits_per_second


# lesson 3: byte-pair encoding
def pieces(text, merges):
    """How many pieces the text has after so many merges; the first pair wins a tie."""
    words = [list(word) for word in text.split()]
    for _ in range(merges):
        pairs = Counter(pair for word in words for pair in zip(word, word[1:]))
        best = max(pairs, key=pairs.get)
        for word in words:
            at = 0
            while at < len(word) - 1:
                if (word[at], word[at + 1]) == best:
                    word[at:at + 2] = ["".join(best)]
                at += 1
    return sum(map(len, words))


TEXT = "low lower lowest"
TABLE, NAMED = 49152 * 576, 134.5e6

# lesson 4: batches
spec = importlib.util.spec_from_file_location("m05_figures", FOLDER / "data" / "draw_figures.py")
FIGURES = importlib.util.module_from_spec(spec)
spec.loader.exec_module(FIGURES)
PLACES, REAL = dict(FIGURES.places()), sum(FIGURES.LENGTHS)

def positive_before_mixed(positive, buffer=1000):
    """Examples handed out by a shuffle buffer before it reads the first row after so many: full, mixed, half out."""
    read = handed = 0
    while True:
        read += buffer if read == 0 else buffer // 2
        if read > positive:
            return handed
        handed += buffer // 2


# lesson 5: files and updates
HEADER, NUMBERS = FIGURES.HEADER, FIGURES.NUMBERS


def updates(examples, batch, accumulation, epochs, devices=1):
    batches = math.ceil(examples / devices / batch)
    return math.ceil(batches / accumulation) * epochs


class HuggingFace(Worked):
    module = "05-hugging-face"
    numbers = [
        # lesson 1
        (INSTALL, "a chance of $1 - 0.446 = {}$", breaks(40, 2)),
        (INSTALL, "So something breaks with a chance of $1 - {} = 0.554$", 0.98**40),
        (INSTALL, "= {}$. That is little better", breaks(32, 2)),
        (INSTALL, "= {}$. The script of the hook", breaks(40, 2, 6)),
        (INSTALL, "5.3 + 1.1 = {} GB", 5.3 + 1.1),
        (INSTALL, "$30 \\cdot 6.4 = {}$ GB", 30 * 6.4),
        (INSTALL, "take $8.03 \\cdot 2 = {}$ GB", WEIGHTS),
        (INSTALL, "$3 \\cdot 16.06 = {}$ GB", 3 * WEIGHTS),
        (INSTALL, "It saves $11 \\cdot 16.06 = {}$ GB", 11 * WEIGHTS),
        # lesson 2
        (OFFLINE, "| safetensors, 16 bits | {} GB | yes |", WEIGHTS),
        (OFFLINE, "$3 \\cdot 16.06 + 4.90 + 0.01 = {}$ GB", ALL),
        (OFFLINE, "is $16.06 + 0.01 = {}$ GB", NEEDED),
        (OFFLINE, "or {}% of it", 100 * NEEDED / ALL),
        (OFFLINE, "$16.07 \\cdot 8 / 0.1 = {}$ seconds", seconds(NEEDED, 0.1)),
        (OFFLINE, "seconds, about {} minutes. For", seconds(NEEDED, 0.1) / 60),
        (OFFLINE, "$53.09 \\cdot 8 / 0.1 = {}$ seconds", seconds(ALL, 0.1)),
        (OFFLINE, "seconds, about {} minutes. 3.", seconds(ALL, 0.1) / 60),
        (OFFLINE, "$40 \\cdot 1,286 / 3,600 = {}$ hours", 40 * seconds(NEEDED, 0.1) / 3600),
        (OFFLINE, "once, for {} minutes", seconds(NEEDED, 0.1) / 60),
        (OFFLINE, "$40 \\cdot 16.07 \\cdot 8 / 1 = {}$ seconds", 40 * seconds(NEEDED, 1)),
        (OFFLINE, "seconds, about {} minutes. Together", 40 * seconds(NEEDED, 1) / 60),
        (OFFLINE, "$24 / 0.05 = {}$ seconds", seconds(3, 0.05)),
        (OFFLINE, "seconds, or {} minutes, if", seconds(3, 0.05) / 60),
        # lesson 3
        (TOKENS, "That is {} pieces for 3 words", pieces(TEXT, 0)),
        *((TOKENS, f"| {n} | {row} | {{}} | {pieces(TEXT, n) / 3:.2f} |", pieces(TEXT, n)) for n, row in enumerate((
            "l·o·w | l·o·w·e·r | l·o·w·e·s·t", "lo·w | lo·w·e·r | lo·w·e·s·t", "low | low·e·r | low·e·s·t", "low | lowe·r | lowe·s·t"))),
        *((TOKENS, f"| {pieces(TEXT, n)} | {{}} |", pieces(TEXT, n) / 3) for n in range(4)),
        (TOKENS, "$49152 \\cdot 576 = {}$", TABLE),
        (TOKENS, "about {} million parameters.", TABLE / 1e6),
        (TOKENS, "$28.3 / 134.5 = {}$", TABLE / NAMED),
        (TOKENS, "So {}% of this model", 100 * TABLE / NAMED),
        (TOKENS, "· 576 = {} million more", (128256 - 49152) * 576 / 1e6),
        (TOKENS, "the table has {} million parameters", 128256 * 4096 / 1e6),
        (TOKENS, "which is {}% of a model of 8.03 billion", 100 * 128256 * 4096 / 8.03e9),
        (TOKENS, "tokens per word: {} against 2,600", 1000 * 1.3),
        (TOKENS, "1,300 against {} tokens", 1000 * 2.6),
        (TOKENS, "these are {} parameters", 100 * 576),
        (TOKENS, "days.\" | 10 | 11 tokens, {} per word", 11 / 10),
        (TOKENS, "Tagen.\" | 9 | 23 tokens, {} per word", 23 / 9),
        (TOKENS, "| 25 tokens, {} per word", 25 / 9),
        # lesson 4
        (DATA, "32-bit numbers: ${} \\cdot 10^9$ bytes", 4),
        (DATA, "a number object of 28 bytes: ${} \\cdot 10^9$ bytes", 8 + 28),
        (DATA, "bytes = {} GB, in memory", 8 + 28),
        (DATA, "$1,000 + 98 \\cdot 500 = {}$ rows", 1000 + 98 * 500),
        (DATA, "$99 \\cdot 500 = {}$ examples", positive_before_mixed(50_000)),
        (DATA, "So the first {} examples are all positive", positive_before_mixed(50_000)),
        (DATA, "the first negative one was example {}.", positive_before_mixed(5_000) + 1),
        (DATA, "Then it would be {} examples", 50_000 - 999),
        (DATA, "for the same {} tokens.", REAL),
        *((DATA, f"{way}: {{}} places", PLACES[name]) for way, name in (
            ("Padded to a fixed length", "fixed length"), ("longest text in each batch", "longest in batch"),
            ("Sorted by length", "sorted by length"), ("Packed", "packed"))),
        *((DATA, f"{PLACES[name]:,} places, {{}} percent", 100 * REAL / PLACES[name]) for name in PLACES),
        (DATA, "Padding: $6 \\cdot 400 = {}$ places", 6 * 400),
        (DATA, "so {}% are used. Packing", 100 * 1200 / 2400),
        (DATA, "$3 \\cdot 512 = {}$ places", 3 * 512),
        (DATA, "$3 \\cdot 512 = 1,536$ places, {}% used", 100 * 1200 / 1536),
        # lesson 5
        (MODELS, "$8 + 11,408 + 90,856,960 = {}$", 8 + HEADER + NUMBERS),
        (MODELS, "Of the numbers, {} bytes are not weights", 512 * 8),
        (MODELS, "The rest is ${} / 4", NUMBERS - 512 * 8),
        (MODELS, "$90,852,864 / 4 = {}$", (NUMBERS - 512 * 8) / 4),
        (MODELS, "$4 \\cdot 8 \\cdot 2 = {}$ examples", 4 * 8 * 2),
        (MODELS, "$10,000 / 2 / 4 = {}$ batches", 10_000 / 2 / 4),
        (MODELS, "$1,250 / 8 = {}$", 1250 / 8),
        (MODELS, "rounded up: {} updates. 3.", updates(10_000, 4, 8, 1, 2)),
        (MODELS, "$3 \\cdot 157 = {}$ updates", updates(10_000, 4, 8, 3, 2)),
        (MODELS, "$0.1 \\cdot 471 = {}$", 47.1),
        (MODELS, "rounded up: {} updates during", math.ceil(0.1 * 471)),
        (MODELS, "$3,000 / 8 = {}$ batches", 3000 / 8),
        (MODELS, "$375 / 4 = {}$, rounded up", 375 / 4),
        (MODELS, "rounded up: {} updates per epoch", updates(3000, 8, 4, 1)),
        (MODELS, "so {} in all. One update sees", updates(3000, 8, 4, 2)),
        (MODELS, "One update sees {} examples. :::", 8 * 4),
        (MODELS, "$4 \\cdot 22,688 = {}$", 4 * 22688),
        # lesson 6
        (BEST, "$16^7 = {}$", 16**7),
        (BEST, "268,435,456} = {}$$", 10_000**2 / (2 * 16**7)),
        (BEST, "such pair is $1 - e^{-0.186} = {}$", 1 - math.exp(-10_000**2 / (2 * 16**7))),
        (BEST, "takes $3 \\cdot 16.06 = {}$ GB", 3 * WEIGHTS),
    ]
    keys = {
        "m05-q2": lambda v, d: v * d / 1e6,
        "m05-q8": lambda n, p, m: 100 * breaks(n, p, m),
        "m05-q15": lambda a, b, c, d: 100 * (a + b + c + d) / (4 * max(a, b, c, d)),
        "m05-q16": lambda n, b, g, e: updates(n, b, g, e),
        "m05-q24": lambda: pieces("hug hugs hugging", 2),
        "m05-x4": lambda c, r, f: (c - r) / f,
        "m05-x6": lambda k, b, x, y: (seconds(2 * b, x / 1000) + (k - 1) * seconds(2 * b, y)) / 60,
    }

    def test_the_code_prints_what_the_lessons_show(self):
        found = 0
        for path in sorted(FOLDER.glob("[0-9][0-9]-*.md")):
            text = path.read_text(encoding="utf-8")
            for code, wanted in re.findall(r'```python[^\n]*\n((?:(?!```).)*)```\n\n```text title="output"\n(.*?)```', text, re.S):
                found += 1
                with self.subTest(lesson=path.stem):
                    self.assertLessEqual(len(code.splitlines()), 25)
                    said = io.StringIO()
                    with contextlib.redirect_stdout(said):
                        exec(compile(code, path.name, "exec"), {})
                    self.assertEqual([line.rstrip() for line in said.getvalue().splitlines()], [line.rstrip() for line in wanted.splitlines()])
        self.assertEqual(found, 9, "blocks of code with an output")

    def test_rounding_makes_the_order_of_a_sum_count(self):
        text = lesson(self.module, BEST)
        self.assertIn(f"`(0.1 + 0.2) + 0.3` is {(0.1 + 0.2) + 0.3!r} and `0.1 + (0.2 + 0.3)` is {0.1 + (0.2 + 0.3)!r}", text)


if __name__ == "__main__":
    unittest.main()
