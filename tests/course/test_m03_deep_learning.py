"""Worked numbers of Module 3. What was measured is taken from the module's label-budget.csv."""

import contextlib
import csv
import importlib.util
import io
import itertools
import math
import re
import statistics
import unittest

from course import CONTENT, Worked

CHANNELS, SIDES = [1, 12, 24, 48], [16, 8, 4]
CONV = [9 * a * b + b for a, b in zip(CHANNELS, CHANNELS[1:])]
BLOCKS = [conv + 2 * b for conv, b in zip(CONV, CHANNELS[1:])]
HEAD = 192 * 10 + 10
TOTAL = sum(BLOCKS) + HEAD
WORK = [side * side * 9 * a * b for side, a, b in zip(SIDES, CHANNELS, CHANNELS[1:])]
BODY, HEAD_WORK = sum(WORK), 192 * 10
PASSES = 150 * 32
FULL = PASSES * 3 * (BODY + HEAD_WORK)
FROZEN = PASSES * BODY + PASSES * 3 * HEAD_WORK
STORED = 50 * BODY + PASSES * 3 * HEAD_WORK
OPENED = BODY + HEAD_WORK + 2 * HEAD_WORK + WORK[2]      # head and block 3 learn; nothing flows back out of block 3
T = {3: 4.303, 20: 2.0930}


def field(layers):
    """The receptive field after layers of (filter, stride)."""
    reach, jump = 1, 1
    for k, stride in layers:
        reach, jump = reach + (k - 1) * jump, jump * stride
    return reach


BLOCK = [(3, 1), (2, 2)]


def measured():
    found = {}
    with open(CONTENT / "modules/03-deep-learning/data/label-budget.csv", newline="") as file:
        for row in csv.DictReader(file):
            key = row["task"], int(row["labels_per_class"]), row["strategy"]
            found.setdefault(key, {})[int(row["seed"])] = float(row["accuracy"])
    return {key: [runs[seed] for seed in sorted(runs)] for key, runs in found.items()}


RUNS = measured()
LETTERS, LOW = "letters-digits", "low-high"


def mean(task, labels, strategy):
    return statistics.mean(RUNS[task, labels, strategy])


def sd(labels, strategy):
    return statistics.stdev(RUNS[LETTERS, labels, strategy])


def gaps(task, labels, one, other):
    return [100 * (a - b) for a, b in zip(RUNS[task, labels, one], RUNS[task, labels, other])]


def half(values):
    return T[20] * statistics.stdev(values) / math.sqrt(20)


def trios(task, labels, one, other):
    return [statistics.mean(trio) for trio in itertools.combinations(gaps(task, labels, one, other), 3)]


PAIRS = gaps(LETTERS, 5, "full", "scratch")
TRIOS = trios(LETTERS, 5, "full", "scratch")
FIRST = {5: (0.869, 0.855, 0.890), 10: (0.909, 0.890, 0.932), 30: (0.943, 0.927, 0.957)}
THREE = {name: T[3] * spread * math.sqrt(3 / 2) / math.sqrt(3) for name, spread in (("full", 0.016), ("scratch", 0.010))}

L1, L2, L3, L4, L5 = (
    "01-convolutions", "02-feature-extraction", "03-fine-tuning", "04-why-vision-first", "05-measuring-honestly",
)


def row(lesson, start, cells):
    """One entry for each number of a row of a table. Cells are (words with one {}, the number as shown, the value)."""
    for n, (words, _, value) in enumerate(cells):
        before = "".join(words.replace("{}", shown) for words, shown, _ in cells[:n])
        yield lesson, start + before + words, value


def accuracies(labels, strategy):
    """The cell `0.863 ± .020`: mean and standard deviation."""
    middle, spread = mean(LETTERS, labels, strategy), sd(labels, strategy)
    return (" {} ±", f"{middle:.3f}", middle), (" .{} |", f"{1000 * spread:03.0f}", 1000 * spread)


def difference(values):
    """The cell `+1.27 ± 0.83`: mean of the pairs and half of their interval."""
    middle = statistics.mean(values)
    return (" +{} ±" if middle > 0 else " {} ±", f"{middle:.2f}".replace("-", "−"), middle), (" {} |", f"{half(values):.2f}", half(values))


def tables():
    for start, strategy in (
        ("| Block 3 | 192 |", "frozen"), ("| Block 2 | 384 |", "frozen-cut2"), ("| Block 1 | 768 |", "frozen-cut1"),
        ("| Block 3, random body | 192 |", "frozen-random"),
    ):
        yield from row(L2, start, [cell for labels in (5, 10, 30) for cell in accuracies(labels, strategy)])
    for start, change in (
        ("| none | |", ""), ("| shift by up to one pixel | yes |", "+shift"),
        ("| mirror half of the images | no: a mirrored 3 is no digit |", "+mirror"),
    ):
        yield from row(L3, start, [cell for strategy in ("scratch", "full") for cell in accuracies(5, strategy + change)])
    for labels, (scratch, frozen, full) in FIRST.items():
        for words, one, first in (("full beats scratch", "full", full), ("frozen loses to scratch", "frozen", frozen)):
            gap = 100 * (first - scratch)
            cell = (" +{} |" if gap > 0 else " {} |", f"{gap:.1f}".replace("-", "−"), gap)
            yield from row(L5, f"| {words}, {labels} labels |", [cell, *difference(gaps(LETTERS, labels, one, "scratch"))])
    for labels in (5, 10, 30):
        cells = [(" {} |", f"{mean(LOW, labels, name):.3f}", mean(LOW, labels, name)) for name in ("scratch", "frozen", "full")]
        for name in ("frozen", "full"):
            cells += difference(gaps(LOW, labels, name, "scratch"))
        yield from row(L5, f"| {labels} |", cells)


class DeepLearning(Worked):
    module = "03-deep-learning"
    numbers = [
        # lesson 1
        (L1, "For 3 × 3 filters from 12 to 24 channels: $3 \\cdot 3 \\cdot 12 \\cdot 24 + 24 = {}$", CONV[1]),
        (L1, "$3 \\cdot 3 \\cdot 3 \\cdot 64 + 64 = {}$", 27 * 64 + 64),
        (L1, "$150,528 \\cdot 1,000 + 1,000 = {}$", 224 * 224 * 3 * 1000 + 1000),
        (L1, "That layer alone has {} million weights", 224 * 224 * 3 * 1000 / 1e6),
        (L1, "$5 \\cdot 5 \\cdot 3 \\cdot 16 + 16 = {}$", 25 * 3 * 16 + 16),
        (L1, "rounded down 111, plus one is {}.", (224 + 6 - 7) // 2 + 1),
        (L1, "Convolution 1: $r = 1 + 2 \\cdot 1 = {}$.", field(BLOCK[:1])),
        (L1, "Pooling 1: $r = 3 + 1 \\cdot 1 = {}$", field(BLOCK)),
        (L1, "Convolution 2: $r = 4 + 2 \\cdot 2 = {}$", field(BLOCK + BLOCK[:1])),
        (L1, "Pooling 2: $r = 8 + 1 \\cdot 2 = {}$", field(BLOCK * 2)),
        (L1, "Convolution 3: $r = 10 + 2 \\cdot 4 = {}$", field(BLOCK * 2 + BLOCK[:1])),
        (L1, "Pooling 3: $r = 18 + 1 \\cdot 4 = {}$", field(BLOCK * 3)),
        (L1, "| Block 1 | 12 of 16 × 16 | {} | 27,648 |", CONV[0]),
        (L1, "| Block 1 | 12 of 16 × 16 | 120 | {} |", WORK[0]),
        (L1, "| Block 2 | 24 of 8 × 8 | 2,616 | {} |", WORK[1]),
        (L1, "| Block 3 | 48 of 4 × 4 | {} | 165,888 |", CONV[2]),
        (L1, "| Block 3 | 48 of 4 × 4 | 10,416 | {} |", WORK[2]),
        (L1, "| Head | 10 scores | {} | 1,920 |", HEAD),
        (L1, "| Head | 10 scores | 1,930 | {} |", HEAD_WORK),
        (L1, "The head holds {}% of all 15,250 parameters", 100 * HEAD / TOTAL),
        (L1, "of all {} parameters of the network", TOTAL),
        (L1, "of the network and does {}% of the work", 100 * HEAD_WORK / (BODY + HEAD_WORK)),
        (L1, "That is {}% fewer", 100 * (1 - 27 / 49)),
        (L1, "Convolution 3: $r = 6 + 2 \\cdot 2 = {}$", field([(3, 1), (3, 1), (2, 2), (3, 1)])),
        (L1, "is reduced to 224: a factor of {}.", 2048 / 224),
        (L1, "A spot of 18 pixels becomes {}.", 18 * 224 / 2048),
        # lesson 2
        (L2, "$27,648 + 165,888 + 165,888 = {}$", BODY),
        (L2, "so {} images pass", PASSES),
        (L2, "(359,424 + 1,920) = {}$", FULL),
        (L2, "for the head: ${}$.\n3.".replace("\n", " "), FROZEN),
        (L2, "plus the same for the head: ${}$", STORED),
        (L2, "Freezing alone saves a factor of {}.", FULL / FROZEN),
        (L2, "Storing the features makes it {}.", FULL / STORED),
        (L2, "costs only the ${}$ of the head", PASSES * 3 * HEAD_WORK),
        (L2, "{} bytes per photograph", 2048 * 4),
        (L2, "so {} MB for the 6,000 tiles", 6000 * 2048 * 4 / 1e6),
        (L2, "$(2.5 - 3)^2 + (2 - 1)^2 = {}$", 0.5**2 + 1),
        (L2, "$(2.5 - 1)^2 + (2 - 3)^2 = {}$", 1.5**2 + 1),
        (L2, "A head of $192 \\cdot 10 + 10 = {}$", HEAD),
        (L2, "$359,424 + 20 \\cdot 1,920 = {}$", BODY + 20 * HEAD_WORK),
        (L2, "$20 \\cdot 361,344 = {}$", 20 * (BODY + HEAD_WORK)),
        (L2, "which is {} times as many", 20 * (BODY + HEAD_WORK) / (BODY + 20 * HEAD_WORK)),
        (L2, "bring the head to {} already", mean(LETTERS, 5, "frozen-random")),
        (L2, "pretraining adds the last {} points", -statistics.mean(gaps(LETTERS, 5, "frozen-random", "frozen"))),
        (L2, "the standard error is {})", math.sqrt(0.5 * 0.5 / 1000)),
        # lesson 3
        (L3, "| Head | 192 → 10 | 192 · 10 + 10 = {} |", HEAD),
        (L3, "| 10,416 + 96 = {} |", BLOCKS[2]),
        (L3, "| 2,616 + 48 = {} |", BLOCKS[1]),
        (L3, "| 120 + 24 = {} |", BLOCKS[0]),
        (L3, "| 1,930 ({}%) |", 100 * HEAD / TOTAL),
        (L3, "| 12,442 ({}%) |", 100 * (HEAD + BLOCKS[2]) / TOTAL),
        (L3, "| 15,106 ({}%) |", 100 * (TOTAL - BLOCKS[0]) / TOTAL),
        (L3, "| {} (100%) |", TOTAL),
        (L3, "Block 3: 0.01 / 2.6 = {}.", 0.01 / 2.6),
        (L3, "Block 2: 0.00385 / 2.6 = {}.", 0.01 / 2.6**2),
        (L3, "Block 1: 0.00148 / 2.6 = {}.", 0.01 / 2.6**3),
        (L3, "0.02 / 6.76 = {}$", 0.02 / 2.6**2),
        (L3, "(0.80 - 0.50) / 0.20 = {}$", 0.3 / 0.2),
        (L3, "0.9 \\cdot 0.50 + 0.1 \\cdot 0.80 = {}$", 0.9 * 0.5 + 0.1 * 0.8),
        (L3, "$0.80 - 0.30 \\cdot 0.9^{10} = {}$", 0.8 - 0.3 * 0.9**10),
        (L3, "a frozen body reached {} in training mode", mean(LETTERS, 5, "frozen-training-mode")),
        (L3, "in training mode and {} in evaluation mode", mean(LETTERS, 5, "frozen")),
        (L3, "the gain within a seed is {} ± 1.0 points", statistics.mean(gaps(LETTERS, 5, "frozen-training-mode", "frozen"))),
        (L3, "the gain within a seed is 1.1 ± {} points", half(gaps(LETTERS, 5, "frozen-training-mode", "frozen"))),
        (L3, "The shift brings {} and 2.2 points", statistics.mean(gaps(LETTERS, 5, "scratch+shift", "scratch"))),
        (L3, "The shift brings 2.5 and {} points", statistics.mean(gaps(LETTERS, 5, "full+shift", "full"))),
        (L3, "The mirror costs {} and 4.5.", -statistics.mean(gaps(LETTERS, 5, "scratch+mirror", "scratch"))),
        (L3, "The mirror costs 5.3 and {}.", -statistics.mean(gaps(LETTERS, 5, "full+mirror", "full"))),
        (L3, "With 10 labels it was {} ± 0.7", statistics.mean(gaps(LETTERS, 10, "frozen-training-mode", "frozen"))),
        (L3, "With 10 labels it was 0.5 ± {}, so", half(gaps(LETTERS, 10, "frozen-training-mode", "frozen"))),
        (L3, "$361,344 + 2 \\cdot 1,920 + 165,888 = {}$", OPENED),
        (L3, "gradients of block 3): {}% of opening everything", 100 * OPENED / (3 * (BODY + HEAD_WORK))),
        (L3, "Freezing it spares {} of 15,250 parameters", BLOCKS[0]),
        # lesson 4
        (L4, "$96 \\cdot 11 \\cdot 11 \\cdot 3 + 96 = {}$", 96 * 121 * 3 + 96),
        (L4, "The most general layer is {}% of it", 100 * (96 * 121 * 3 + 96) / 60e6),
        (L4, "about 90 times, which is ${}$ image passes", 1.2e6 * 90),
        (L4, "3,000 images 30 times: ${}$ passes", 3000 * 30),
        (L4, "so {} times fewer", 1.2e6 * 90 / (3000 * 30)),
        (L4, "$5.5 \\cdot 24 \\cdot 60 / 1,200 = {}$ minutes", 5.5 * 24 * 60 / 1200),
        (L4, "$\\log_2 1000 = {}$ bits", math.log2(1000)),
        (L4, "$1.2 \\times 10^6 \\cdot 9.97 = {}$ bits", 1.2e6 * math.log2(1000)),
        (L4, "bits, about {} megabytes", 1.2e6 * math.log2(1000) / 8 / 1e6),
        (L4, "103 million words: {} targets", 103e6 / 1.2e6),
        (L4, "about {} is chance", 12 / 63),
        # lesson 5
        (L5, "fine-tuning is {} points better", max(TRIOS)),
        (L5, "it is {} points *worse*", -min(TRIOS)),
        (L5, "There are {} ways to choose three of the 20", math.comb(20, 3)),
        (L5, "$\\sqrt{0.89 \\cdot 0.11 / 997} = {}$", math.sqrt(0.89 * 0.11 / 997)),
        (L5, "within $1.96 \\cdot 0.0099 = {}$", 1.96 * math.sqrt(0.89 * 0.11 / 997)),
        (L5, "$0.016 \\cdot \\sqrt{3 / 2} = {}$", 0.016 * math.sqrt(1.5)),
        (L5, "$4.303 \\cdot 0.0196 / \\sqrt{3} = {}$", THREE["full"]),
        (L5, "The interval goes from {} to 0.939.", 0.890 - THREE["full"]),
        (L5, "The interval goes from 0.841 to {}.", 0.890 + THREE["full"]),
        (L5, "becomes {} to 0.899", 0.869 - THREE["scratch"]),
        (L5, "becomes 0.839 to {}.", 0.869 + THREE["scratch"]),
        (L5, "the first is {} points, the second", 100 * sd(5, "full")),
        (L5, "points, the second {}, the third", 100 * sd(5, "full") / math.sqrt(20)),
        (L5, "the third {}.", 100 * half(RUNS[LETTERS, 5, "full"])),
        (L5, "the 20 differences have mean {} and", statistics.mean(PAIRS)),
        (L5, "standard deviation {} points: $2.093", statistics.stdev(PAIRS)),
        (L5, "$2.093 \\cdot 1.77 / \\sqrt{20} = {}$", half(PAIRS)),
        (L5, "The interval goes from {} to 2.10", statistics.mean(PAIRS) - half(PAIRS)),
        (L5, "The interval goes from 0.45 to {} and", statistics.mean(PAIRS) + half(PAIRS)),
        (L5, "The two single intervals, {} to 90.16", 100 * (mean(LETTERS, 5, "full") - half(RUNS[LETTERS, 5, "full"]))),
        (L5, "The two single intervals, 88.25 to {} and", 100 * (mean(LETTERS, 5, "full") + half(RUNS[LETTERS, 5, "full"]))),
        (L5, "90.16 and {} to 88.93", 100 * (mean(LETTERS, 5, "scratch") - half(RUNS[LETTERS, 5, "scratch"]))),
        (L5, "86.93 to {}, overlap", 100 * (mean(LETTERS, 5, "scratch") + half(RUNS[LETTERS, 5, "scratch"]))),
        (L5, "So {} of the 1,140 trios", sum(trio < 0 for trio in TRIOS)),
        (L5, "trios, {}%, would", 100 * sum(trio < 0 for trio in TRIOS) / len(TRIOS)),
        (L5, "gives $\\sqrt{n} = {}$", 2 * 1.77 / 0.5),
        (L5, "so $n = {}$. Half", (2 * 1.77 / 0.5) ** 2),
        (L5, "$1 - 0.95^6 = {}$", 1 - 0.95**6),
        (L5, "LP-FT is a warning of another kind. In these runs it reached {} with", mean(LETTERS, 5, "lp-ft")),
        (L5, "from −0.1 to {}.", statistics.mean(gaps(LETTERS, 10, "full", "scratch")) + half(gaps(LETTERS, 10, "full", "scratch"))),
        (L5, "from {} to 1.1.", statistics.mean(gaps(LETTERS, 10, "full", "scratch")) - half(gaps(LETTERS, 10, "full", "scratch"))),
        (L5, "At 5 labels full fine-tuning has {}, scratch", 100 - 100 * mean(LETTERS, 5, "full")),
        (L5, "scratch {}, the frozen body 13.7", 100 - 100 * mean(LETTERS, 5, "scratch")),
        (L5, "the frozen body {}. At 30", 100 - 100 * mean(LETTERS, 5, "frozen")),
        (L5, "At 30 labels they have {}, 5.1 and 7.0", 100 - 100 * mean(LETTERS, 30, "full")),
        (L5, "they have 4.7, {} and 7.0", 100 - 100 * mean(LETTERS, 30, "scratch")),
        (L5, "they have 4.7, 5.1 and {}.", 100 - 100 * mean(LETTERS, 30, "frozen")),
        (L5, ":::answer {} ± 3.07 points: a loss", statistics.mean(gaps(LOW, 1, "frozen", "scratch"))),
        (L5, ":::answer −4.57 ± {} points: a loss", half(gaps(LOW, 1, "frozen", "scratch"))),
        (L5, "{} of the 1,140 trios say that the frozen body is better", sum(trio > 0 for trio in trios(LOW, 1, "frozen", "scratch"))),
        (L5, "$(24 + 916) / 1,000 = {}\\%$", 100 * (24 + 916) / 1000),
        (L5, "$24 / 30 = {}\\%$", 2400 / 30),
        (L5, "$916 / 970 = {}\\%$", 91600 / 970),
        (L5, "the balanced accuracy is {}%", (2400 / 30 + 91600 / 970) / 2),
        *tables(),
    ]
    keys = {
        "m03-q2": lambda h, k: h / 2.6**k,
        "m03-q6": lambda a, b: 9 * a * b + b + 2 * b,
        "m03-q7": lambda n: field([(3, 1)] * n + [(2, 2), (3, 1)]),
        "m03-q17": lambda n, s, t: t * s / math.sqrt(n),
        "m03-x2": lambda a, b, n: n * n * 9 * a * b,
        "m03-x6": lambda body, images, epochs: 3 * body * images * epochs / (body * images),
    }

    def test_no_cell_of_the_last_map_sees_every_column(self):
        seen = [{column} for column in range(16)]
        for _ in range(3):
            seen = [set().union(*seen[max(0, cell - 1):cell + 2]) for cell in range(len(seen))]
            seen = [seen[cell] | seen[cell + 1] for cell in range(0, len(seen), 2)]
        self.assertEqual([(min(columns), max(columns)) for columns in seen], [(0, 14), (1, 15)], "lesson 1: each misses one column")

    def test_the_code_prints_what_the_lessons_show(self):
        """Code that needs NumPy or PyTorch runs where these are installed."""
        found = 0
        for path in sorted((CONTENT / "modules" / self.module).glob("[0-9][0-9]-*.md")):
            for code, wanted in re.findall(r'```python[^\n]*\n(.*?)```\n\n```text title="output"\n(.*?)```', path.read_text(encoding="utf-8"), re.S):
                found += 1
                with self.subTest(lesson=path.stem):
                    self.assertLessEqual(len(code.splitlines()), 25)
                    needed = re.findall(r"^(?:import|from) (\w+)", code, re.M)
                    if not all(importlib.util.find_spec(name) for name in needed):
                        continue
                    said = io.StringIO()
                    with contextlib.redirect_stdout(said):
                        exec(compile(code, path.name, "exec"), {})
                    self.assertEqual([line.rstrip() for line in said.getvalue().splitlines()], wanted.splitlines())
        self.assertEqual(found, 6, "each lesson shows code and its output, lesson 3 twice")


if __name__ == "__main__":
    unittest.main()
