"""Worked numbers of Module 1."""

import contextlib
import importlib.util
import io
import json
import re
from math import comb, log, sqrt

from course import CONTENT, Worked, lesson

FOLDER = CONTENT / "modules" / "01-foundations"
WHAT, MAP, WHY, COST, CHOICE, PAPERS = (
    "01-what-training-is", "02-one-map-of-terms", "03-why-it-matters",
    "04-what-it-costs-and-what-breaks", "05-fine-tuning-rag-agents", "06-reading-the-literature",
)

# lesson 1: one weight
DATA = [(1, 2), (2, 3), (3, 5)]


def loss(w):
    return sum((w * x - y) ** 2 for x, y in DATA) / len(DATA)


def gradient(w):
    return 2 / 3 * sum(x * (w * x - y) for x, y in DATA)


def descend(rate, steps, w=0.0):
    """The weight before the first step, and after each."""
    path = [w]
    for _ in range(steps):
        path.append(path[-1] - rate * gradient(path[-1]))
    return path


STEPS = descend(0.1, 4)
BEST = sum(x * y for x, y in DATA) / sum(x * x for x, _ in DATA)

# lessons 2 and 4: operations and bytes
N = 8.03e9
SPEED = 2e14
PRETRAINING = 6 * N * 20 * N
SFT = 6 * N * 1e6


def attention(length, layers=32, width=4096):
    """What attention adds to 6·N operations per token, in percent."""
    return 100 * 3 * 2 * layers * length * width / (6 * N)


RUN = SFT * 3 / SPEED
SEARCH = 18 * RUN / 3600


def lopsided(won, lost):
    """The chance that coin tosses give a result at least as lopsided."""
    changed = won + lost
    return min(1.0, 2 * sum(comb(changed, k) for k in range(min(won, lost) + 1)) / 2 ** changed)


# lesson 3: what the notebook measured, as {labels: [(mean, standard deviation) of scratch, frozen, tuned]}
NOTEBOOK = "".join(
    "".join(output.get("text", ""))
    for cell in json.loads((FOLDER / "notebooks" / "nb01_training_loop.ipynb").read_text(encoding="utf-8"))["cells"]
    for output in cell.get("outputs", [])
)
SHOTS = {
    int(line.split()[0]): [(float(a), float(b)) for a, b in re.findall(r"(\S+) ± (\S+)", line)]
    for line in NOTEBOOK.splitlines()
    if "±" in line and line.split()[0].isdigit()
}
EPOCHS = {int(row[0]): [float(n) for n in row[1:]] for row in map(str.split, NOTEBOOK.splitlines()) if len(row) == 5 and row[0].isdigit()}
LOWEST, AT_EPOCH = re.search(r"lowest validation loss: (\S+) at epoch (\d+)", NOTEBOOK).groups()


def labels_needed(score):
    """How many labels training from scratch needs for a score, on straight lines between what was measured."""
    points = [(n, SHOTS[n][0][0]) for n in sorted(SHOTS)]
    return next(n + (score - a) / (b - a) * (m - n) for (n, a), (m, b) in zip(points, points[1:]) if a <= score <= b)


FROZEN, TUNED = labels_needed(SHOTS[10][1][0]), labels_needed(SHOTS[10][2][0])

# lesson 5: the library's errors
RIGHT, TOTAL = 84, 120
FACT, FORM, ACTION, TEST = 19, 11, 4, 2

# lesson 6: LoRA on GPT-3, and scores with their errors
ONE = 4 * (12288 + 12288)
ADAPTED = 2 * 96 * ONE


def error(p, n):
    return sqrt(p * (1 - p) / n)


class Foundations(Worked):
    module = "01-foundations"
    numbers = [
        (WHAT, "right {} times out of 10,000", 10_000 - 100),
        (WHAT, "times out of 10,000. That is {}%", 100 * (10_000 - 100) / 10_000),
        (WHAT, "If the model gave 0.9, the loss is {}.", -log(0.9)),
        (WHAT, "If it gave 0.01, the loss is {}.", -log(0.01)),
        (WHAT, "The mean is $38 / 3 = {}$", loss(0)),
        (WHAT, r"= \frac{2}{3} \cdot (-23) = {}$$", gradient(0)),
        (WHAT, r"$w = 0 - 0.1 \cdot (-15.333) = {}$", STEPS[1]),
        (WHAT, "The new loss is {}.", loss(STEPS[1])),
        (WHAT, "The weight settles at $23 / 14 = {}$", BEST),
        (WHAT, "and the loss stops at {}.", loss(BEST)),
        (WHAT, r"3 \cdot 4) = {}$. It is positive", gradient(3)),
        (WHAT, "lands at $3 - 1.267 = {}$", 3 - 0.1 * gradient(3)),
        (WHAT, "a batch of 32, one epoch has {} steps", 3200 / 32),
        (WHAT, "and four epochs have {}.", 4 * 3200 / 32),
        (WHAT, "One epoch is 12,000 / 24 = {} steps", 12000 / 24),
        (WHAT, "Three epochs are {} updates", 3 * 12000 / 24),
        (WHAT, "but only {}% of the validation pictures", 100 * EPOCHS[40][3]),
        (WHAT, "The validation loss is lowest at epoch {}.", int(AT_EPOCH)),
        (MAP, r"$D = 20 \cdot 8.03 \times 10^9 = {}$", 20 * N),
        (MAP, r"So $C = 6 \cdot 8.03 \times 10^9 \cdot 1.606 \times 10^{11} = {}$", PRETRAINING),
        (MAP, "15 trillion tokens (Meta's model card, 2024), {} times as many", 15e12 / (20 * N)),
        (MAP, "on one billion tokens: $C = {}$", 6 * N * 1e9),
        (MAP, "3. **SFT** on one million tokens: $C = {}$", SFT),
        (MAP, "times $N \\cdot D$. That is ${}$", 8 * N * 1e6),
        (MAP, r"forward only, $2 \cdot N \cdot D = {}$", 2 * N * 1e6),
        (MAP, "| Pretraining | 160.6 billion | 7.74 × 10²¹ | {} days |", PRETRAINING / SPEED / 86400),
        (MAP, "| Continued pretraining | 1 billion | 4.82 × 10¹⁹ | {} hours |", 6 * N * 1e9 / SPEED / 3600),
        (MAP, "| Preference tuning | 1 million | {} | 321 seconds |", 8 * N * 1e6),
        (MAP, "| Preference tuning | 1 million | 6.42 × 10¹⁶ | {} seconds |", 8 * N * 1e6 / SPEED),
        (MAP, "| Supervised fine-tuning | 1 million | 4.82 × 10¹⁶ | {} seconds |", SFT / SPEED),
        (MAP, "| Feature extraction | 1 million | 1.61 × 10¹⁶ | {} seconds |", 2 * N * 1e6 / SPEED),
        (MAP, "Pretraining needs {} times the operations of this SFT job", PRETRAINING / SFT),
        (MAP, r"\cdot 5 \times 10^6 \cdot 2 = {}$", 2 * 5 * SFT),
        (MAP, "On the device of the example this takes {} seconds", 2 * 5 * SFT / SPEED),
        (MAP, "seconds, about {} minutes", 2 * 5 * SFT / SPEED / 60),
        (WHY, "which was {} points above the best before", 80.5 - 72.8),
        (WHY, "The tuned one is 175 / 1.3 = {} times smaller", 175 / 1.3),
        (WHY, r"\cdot (20 - 10) = {}$$", FROZEN),
        (WHY, "So the start was worth $16.3 - 10 = {}$ labels", FROZEN - 10),
        (WHY, "For six digits that is {} labels", 6 * (FROZEN - 10)),
        (WHY, "4 minutes of an expert, the start saved {} minutes", 4 * round(6 * (FROZEN - 10))),
        (WHY, "Had the score been {}, scratch", SHOTS[10][1][0] - SHOTS[10][1][1]),
        (WHY, "would match it with {} labels; had", labels_needed(0.58)),
        (WHY, "had it been {}, with 18.9", SHOTS[10][1][0] + SHOTS[10][1][1]),
        (WHY, "had it been 0.68, with {}.", labels_needed(0.68)),
        (WHY, 'For one run, "6 labels" can be "{} to 9"', labels_needed(0.58) - 10),
        (WHY, 'For one run, "6 labels" can be "4 to {}"', labels_needed(0.68) - 10),
        (WHY, "The factor shrinks as labels grow: {}, then 1.6", labels_needed(SHOTS[5][1][0]) / 5),
        (WHY, "The factor shrinks as labels grow: 2.4, then {}.", FROZEN / 10),
        (WHY, r"(0.70 - 0.51) \cdot 10 = {}$", TUNED),
        (WHY, "$. The start was worth {} labels per digit", TUNED - 10),
        (WHY, "The error fell by $26.2 - 15.3 = {}$ **percentage points**", 26.2 - 15.3),
        (WHY, "It fell by $10.9 / 26.2 = {}$ **percent**", 100 * (26.2 - 15.3) / 26.2),
        (WHY, "a fall from 6% to 4.7% is {} points", 6 - 4.7),
        (WHY, "is 1.3 points, and {}% of the error", 100 * (6 - 4.7) / 6),
        (WHY, "and $2 / 8 = {}$ percent of the errors", 100 * 2 / 8),
        (COST, "At 2 bytes each the weights are {} GB", 8 * 2),
        (COST, "| **sum** | **{}** |", 2 + 2 + 4 + 8),
        (COST, r"that is $8.03 \times 16 = {}$ GB", N * 16 / 1e9),
        (COST, "Using the model needs {} GB", N * 2 / 1e9),
        (COST, "80 GB hold the state of at most $80 / 16 = {}$ billion", 80 / 16),
        (COST, "($2^{30}$ bytes) and show {} for the same memory", N * 16 / 2**30),
        (COST, "| 1,024 | {}% |", attention(1024)),
        (COST, "| 8,192 | {}% |", attention(8192)),
        (COST, "| 32,768 | {}% |", attention(32768)),
        (COST, r"you measure $2 \times 10^{14}$, you use {}%", 100 * 2e14 / 1e15),
        (COST, "Tokens: 2,000 × 500 = {}.", 2000 * 500),
        (COST, r"\cdot 10^6 \cdot 3 = {}$. Time", SFT * 3),
        (COST, "Time: {} seconds, or 12 minutes", RUN),
        (COST, "Time: 723 seconds, or {} minutes", RUN / 60),
        (COST, "three seeds: {} runs", 3 * 2 * 3),
        (COST, "18 runs. That is {} hours", SEARCH),
        (COST, "so $3.6 / 0.8 = {}$ hours", SEARCH / 0.8),
        (COST, "2,000 answers take {} hours", 2000 * 6 / 60),
        (COST, "at one minute each: {} hours", 2 * 200 * 2 / 60),
        (COST, "| One run | {} | device |", RUN / 3600),
        (COST, "| The search | {} | device |", SEARCH / 0.8),
        (COST, "| Evaluation | {} | people |", 2 * 200 * 2 / 60),
        (COST, "| Data | {} | people |", 2000 * 6 / 60),
        (COST, "$24 / 16 = {}$ billion parameters", 24 / 16),
        (COST, r"In use it needs $1.5 \cdot 2 = {}$ GB", 1.5 * 2),
        (COST, "to its lowest value, {}, at epoch 37", float(LOWEST)),
        (COST, "lowest value, 1.06, at epoch {} and", int(AT_EPOCH)),
        (COST, "then rises slowly to {}.", EPOCHS[100][2]),
        (COST, "from {} at epoch 40 to", EPOCHS[40][3]),
        (COST, "at epoch 40 to {} at epoch 100", EPOCHS[100][3]),
        (COST, r"\frac{240}{400} \cdot 0.70 = {}$$", 160 / 400 * 0.98 + 240 / 400 * 0.70),
        (COST, "Before: 51 right ({}%)", 100 * 51 / 60),
        (COST, "After: 45 right ({}%)", 100 * (51 - 8 + 2) / 60),
        (COST, r"$$2 \cdot \frac{1 + 10 + 45}{2^{10}} = {}$$", lopsided(2, 8)),
        (COST, "(16 lost, 4 won) it would be {}, one", lopsided(4, 16)),
        (COST, "one time in {}. A small canary", 1 / lopsided(4, 16)),
        (COST, r"$2 \cdot (1 + 6) / 2^6 = {}$", lopsided(1, 5)),
        (CHOICE, "Start: 84 of 120, which is {}%", 100 * RIGHT / TOTAL),
        (CHOICE, "Three people look at the same {} errors", TOTAL - RIGHT),
        (CHOICE, "| RAG | 19 | 84 + 19 = {} |", RIGHT + FACT),
        (CHOICE, "| RAG | 19 | 84 + 19 = 103 | {}% |", 100 * (RIGHT + FACT) / TOTAL),
        (CHOICE, "| Fine-tuning | 11 | 84 + 11 = 95 | {}% |", 100 * (RIGHT + FORM) / TOTAL),
        (CHOICE, "| Agent | 4 | 84 + 4 = 88 | {}% |", 100 * (RIGHT + ACTION) / TOTAL),
        (CHOICE, "| RAG and fine-tuning | {} |", FACT + FORM),
        (CHOICE, "| 84 + 30 = 114 | {}% |", 100 * (RIGHT + FACT + FORM) / TOTAL),
        (CHOICE, "$84 + 12 = 96$, which is {}%", 100 * (RIGHT + 14 - 2) / TOTAL),
        (CHOICE, "$84 + 6 = 90$, which is {}%", 100 * (RIGHT + 9 - 3) / TOTAL),
        (CHOICE, "$84 + 17 = 101$, which is {}%", 100 * (RIGHT + 22 - 5) / TOTAL),
        (CHOICE, "which is 84.2%, not $84 + {}$", (14 - 2) + (9 - 3)),
        (CHOICE, "Ceiling: $(150 + 30) / 200 = {}", 100 * (150 + 30) / 200),
        (CHOICE, "= 165 / 200 = {}", 100 * (150 + 21 - 6) / 200),
        (PAPERS, "1.2% of 277 is {} questions", 0.012 * 277),
        (PAPERS, r"\cdot 0.30 / 277} = {}$, or 2.8 points", error(0.70, 277)),
        (PAPERS, "or {} points. Two of them", 100 * error(0.70, 277)),
        (PAPERS, "Two of them are {} points", 200 * error(0.70, 277)),
        (PAPERS, "4 × (12,288 + 12,288) = {} parameters", ONE),
        (PAPERS, "2 × 96 × 98,304 = {} parameters", ADAPTED),
        (PAPERS, "At 2 bytes each: {} MB", ADAPTED * 2 / 1e6),
        (PAPERS, "175 × 10⁹ × 2 bytes = {} GB", 175 * 2),
        (PAPERS, "350 GB / 37.75 MB = {}.", 175e9 * 2 / (ADAPTED * 2)),
        (PAPERS, "by our count, or {} if", ADAPTED * 2 / 2**20),
        (PAPERS, "the factor is {},", 175e9 / ADAPTED),
        (PAPERS, "so one problem is {} points", 100 / 30),
        (PAPERS, r"\sqrt{0.78 \cdot 0.22 / 400} = {}$", error(0.78, 400)),
        (PAPERS, r"\sqrt{0.75 \cdot 0.25 / 400} = {}$", error(0.75, 400)),
        (PAPERS, "add and take the root: {}.", sqrt(error(0.78, 400) ** 2 + error(0.75, 400) ** 2)),
    ]
    keys = {
        "m01-q2": lambda w, lr: w - lr * gradient(w),
        "m01-q8": lambda n, d, e: 6 * n * 1e9 * d * 1e6 * e / SPEED,
        "m01-q18": lambda n: 16 * n,
        "m01-x4": lambda n, r, w, l: 100 * (r + w - l) / n,
        "m01-x7": lambda r, s, a: (r - s / 100 * a) / (1 - s / 100),
    }

    def test_the_rows_of_the_tables_are_what_the_arithmetic_gives(self):
        minus = lambda text: text.replace("-", "−")
        rows = [
            (WHAT, minus(f"| {n} | {w:.4f} | {loss(w):.4f} | {gradient(w):.4f} | {-0.1 * gradient(w):+.4f} |"))
            for n, w in enumerate(STEPS[:4], 1)
        ]
        for rate in (0.01, 0.1, 0.2, 0.22):
            path = [loss(w) for w in descend(rate, 20)]
            rows.append((WHAT, f"| {rate} | {path[0]:.3f} | {path[1]:.3f} | {path[5]:.3f} | {path[20]:.3f} |"))
        for n, row in SHOTS.items():
            rows.append((MAP, f"| {n} | " + " | ".join(f"{mean:.2f} ± {sd:.2f}" for mean, sd in row) + " |"))
        for name, row in rows:
            with self.subTest(lesson=name, row=row):
                self.assertIn(row, lesson(self.module, name))

    def test_the_chart_of_lesson_3_shows_what_the_notebook_measured(self):
        text = lesson(self.module, WHY)
        for name, column in (("Frozen body", 1), ("All tuned", 2), ("From scratch", 0)):
            low, middle, high = (f"{SHOTS[n][column][0]:.2f}" for n in (5, 10, 20))
            self.assertRegex(text, rf"{name}: {low}, {middle} and {high}")
            pairs = ", ".join(f"({n}, {mean:.2f}, {sd:.2f})" for n, mean, sd in ((n, *SHOTS[n][column]) for n in (5, 10, 20)))
            self.assertIn(pairs, (FOLDER / "data" / "draw_charts.py").read_text(encoding="utf-8"))

    def test_the_code_prints_what_the_lessons_show(self):
        found = 0
        for path in sorted(FOLDER.glob("[0-9][0-9]-*.md")):
            text = path.read_text(encoding="utf-8")
            for code, wanted in re.findall(r'```python[^\n]*\n(.*?)```\n\n```text title="output"\n(.*?)```', text, re.S):
                found += 1
                if "import numpy" in code and not importlib.util.find_spec("numpy"):
                    continue
                with self.subTest(lesson=path.stem):
                    self.assertLessEqual(len(code.splitlines()), 25)
                    said = io.StringIO()
                    with contextlib.redirect_stdout(said):
                        exec(compile(code, path.name, "exec"), {})
                    self.assertEqual([line.rstrip() for line in said.getvalue().splitlines()], wanted.splitlines())
        self.assertEqual(found, 6, "each of the six lessons shows code and its output")
