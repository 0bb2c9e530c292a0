"""Worked numbers of Module 6."""

import contextlib
import csv
import io
import random
import re
import unittest
from math import ceil, comb, log, sqrt

from course import CONTENT, Worked, lesson

FOLDER = CONTENT / "modules" / "06-classical-lm"
BERT, QA, T5, CASE, NOW = (
    "01-bert-classification", "02-bert-question-answering", "03-t5-text-to-text", "04-case-sentiment", "05-encoders-in-2026",
)


def rate(step, total, warm, peak):
    return peak * step / warm if step <= warm else peak * (total - step) / (total - warm)


def f1(shared, predicted, gold):
    return 2 * shared / (predicted + gold)


def windows(m, q, s, n):
    room = m - q - 3
    return 1 + max(0, ceil((n - room) / (room - s)))


# lesson 2: (best − null, has an answer, F1 if answered)
ASKED = [(6.1, 1, 1), (4.0, 1, 1), (2.5, 0, 0), (1.2, 1, 0.5), (0.3, 0, 0), (-0.8, 1, 1), (-2.0, 0, 0), (-3.5, 0, 0)]


def reader(threshold):
    return sum(score if gap > threshold else 1 - has for gap, has, score in ASKED) / len(ASKED)


# lesson 3: the two summaries
REFERENCE = "the meeting moved to friday because the room is closed"
MONDAY, SHORT = "the meeting moved to monday because the room is closed", "the meeting moved to friday"


def rouge(text, n):
    a, b = ([tuple(words[i:i + n]) for i in range(len(words) - n + 1)] for words in (text.split(), REFERENCE.split()))
    return f1(sum(min(a.count(g), b.count(g)) for g in set(a)), len(a), len(b))


# lesson 4
BINS = [(0.55, 40, 20), (0.65, 60, 36), (0.75, 80, 52), (0.85, 120, 90), (0.95, 200, 170)]
GAP, WIDER = (sqrt(0.85 * 0.15 / 200 + 0.70 * 0.30 / n) for n in (40, 160))

# lesson 5
FULL, LOCAL = 8192**2, 8192 * 128
PEOPLE = 2000 * 30 / 3600 + 20


def saved(per_day):
    return per_day / 3600 * (1 / 20 - 1 / 1000)


class ClassicalLm(Worked):
    module = "06-classical-lm"
    numbers = [
        (BERT, "on average {} chosen", 0.15 * 128),
        (BERT, "19.2 chosen, {} masked", 0.15 * 128 * 0.8),
        (BERT, "15.4 masked, {} random", 0.15 * 128 * 0.1),
        (BERT, "768 · 2 + 2 = {} parameters", 768 * 2 + 2),
        (BERT, "So {}% of the parameters are new", 100 * 1538 / 110e6),
        (BERT, "a new layer of {} parameters", 768 * 768 + 768),
        (BERT, r"\cdot 15 / 30 = {}$", rate(15, 300, 30, 2e-5)),
        (BERT, r"(300 - 165) / (300 - 30) = {}$", rate(165, 300, 30, 2e-5)),
        (BERT, r"$-\log(1/3) = {}$", -log(1 / 3)),
        (BERT, "stays near {}, which", -log(0.5)),
        (BERT, "40 / 60 = {}.", 40 / 60),
        (BERT, "40 / 50 = {}.", 40 / 50),
        (BERT, "(0.667 + 0.80) = {}$", f1(40, 60, 50)),
        (QA, r"$768 \cdot 2 + 2 = {}$", 768 * 2 + 2),
        (QA, "(0.511 + 0.693) / 2 = {}$", -(log(0.6) + log(0.5)) / 2),
        (QA, "384 − 12 − 3 special tokens = {}", 384 - 15),
        (QA, "brings 369 − 128 = {} new", 369 - 128),
        (QA, "1,000 − 369 = {} tokens", 1000 - 369),
        (QA, "631 / 241 = {}, so 3 more", 631 / 241),
        (QA, "4. In all {} windows", windows(384, 12, 128, 1000)),
        (QA, "503 / 369 = {}, so", 503 / 369),
        (QA, "so 2 more: {} windows", windows(512, 12, 128, 1000)),
        (QA, "(1 + 1 + 0.5 + 1) / 8 = {}", reader(-9)),
        (QA, "Never answer: 4 / 8 = {}", reader(9)),
        (QA, "(2.5 + 2) / 8 = {}", reader(0)),
        (QA, "(2 + 4) / 8 = {}", reader(3)),
        (QA, "(2.5 + 3) / 8 = {}", reader(1)),
        (QA, r"(\frac{1}{3} + 1) = {}$", f1(1, 3, 1)),
        (T5, "1. Hidden: $0.15 \\cdot 10 = {}$", 1.5),
        (T5, "2. Runs: $2 / 3 = {}$", 2 / 3),
        (T5, "reads $10 - 2 + 1 = {}$", 9),
        (T5, "Source: $400 - 60 + 20 = {}$", 400 - 0.15 * 400 + 0.15 * 400 / 3),
        (T5, "Target: $20 + 60 + 1 = {}$", 0.15 * 400 / 3 + 0.15 * 400 + 1),
        (T5, "$0.98^{10} = {}$", 0.98**10),
        (T5, "$0.98^{50} = {}$", 0.98**50),
        (T5, r"$0.6 \cdot 0.4 = {}$", 0.24),
        (T5, r"$0.4 \cdot 0.9 = {}$", 0.36),
        (T5, r"$0.6 \cdot 0.35 = {}$", 0.21),
        (T5, "are all $9 / 10 = {}$", rouge(MONDAY, 1)),
        (T5, "7 match: ROUGE-2 is {}.", rouge(MONDAY, 2)),
        (T5, r"(5 + 10) = {}$", rouge(SHORT, 1)),
        (T5, r"(4 + 9) = {}$", rouge(SHORT, 2)),
        (T5, "and got only {}.", rouge(SHORT, 1)),
        (CASE, "A says \"positive\" in 110 of 200 cases ({})", 110 / 200),
        (CASE, r"0.45 \cdot 0.50 = {}$", 0.55 * 0.50 + 0.45 * 0.50),
        (CASE, "(1 - 0.50) = {}$", ((90 + 80) / 200 - 0.50) / 0.50),
        (CASE, r"$\log(8 / 2) = {}$", log(4)),
        (CASE, "(1 - 0.31) = {}$%", 12 * (1 - 0.31)),
        (CASE, "(1 - 0.18) = {}$%", 12 * (1 - 0.18)),
        (CASE, r"0.5 \cdot 0.31 = {}$ of", 0.5 * 0.24 + 0.5 * 0.31),
        (CASE, "(1 - 0.275) = {}$%", 12 * (1 - 0.275)),
        (CASE, r"200 \cdot 0.10) / 500 = {}$", sum(n * abs(p - r / n) for p, n, r in BINS) / 500),
        (CASE, "The model says {} on average", sum(p * n for p, n, _ in BINS) / 500),
        (CASE, "on average and is right on {}.", sum(r for *_, r in BINS) / 500),
        (CASE, r"0.30 / 40} = {}$", GAP),
        (CASE, "interval reaches from {} to 0.30", 0.15 - 1.96 * GAP),
        (CASE, "interval reaches from 0.00 to {}.", 0.15 + 1.96 * GAP),
        (CASE, r"0.30 / 160} = {}$", WIDER),
        (CASE, "interval is about {} to", 0.15 - 1.96 * WIDER),
        (CASE, "interval is about 0.06 to {}.", 0.15 + 1.96 * WIDER),
        (NOW, "of 512 tokens, that is {}.", 0.15 * 512),
        (NOW, "512 lessons, {} times as many", 1 / 0.15),
        (NOW, "$8,192^2 = {}$ million pairs", FULL / 1e6),
        (NOW, "In 22 layers: {} million", 22 * FULL / 1e6),
        (NOW, r"$8,192 \cdot 128 = {}$ million", LOCAL / 1e6),
        (NOW, r"14 \cdot 1.05 = {}$ million", (8 * FULL + 14 * LOCAL) / 1e6),
        (NOW, "That is {}% of the pairs", 100 * (8 * FULL + 14 * LOCAL) / (22 * FULL)),
        (NOW, "8 \\cdot 7 / 2) = {}$", 2 * comb(8, 2)),
        (NOW, "$8 \\cdot 8 = {}$", 64),
        (NOW, r"(12 \cdot 11 / 2) = {}$", 3 * comb(12, 2)),
        (NOW, r"$3 \cdot 12 \cdot 12 = {}$", comb(36, 2) - 3 * comb(12, 2)),
        (NOW, "20 hours of engineering: {} hours", PEOPLE),
        (NOW, "20 / 3,600 = {}$ device", 200_000 / 20 / 3600),
        (NOW, "1,000 / 3,600 = {}$ device", 200_000 / 1000 / 3600),
        (NOW, "Saved: {} device", saved(200_000)),
        (NOW, r"$36.7 \cdot 20 = {}$ device", 36.7 * 20),
        (NOW, "$734 / 2.72 = {}$ days", 36.7 * 20 / saved(200_000)),
        (NOW, "For the first it takes {} years", 36.7 * 20 / saved(2000) / 365.25),
        (NOW, r"$30 \cdot 2.72 = {}$", 30 * 2.72),
        (NOW, r"0.15 \cdot 0.88 = {}$%", 100 * (0.85 * 0.97 + 0.15 * 0.88)),
        (NOW, "remain: about {} days", round(20 * 20 / saved(20_000), -1)),
    ]
    keys = {
        "m06-q2": lambda tp, fp, fn: f1(tp, tp + fp, tp + fn),
        "m06-q9": lambda m, q, s, n: windows(m, q, s, n),
        "m06-q13": lambda p, g, s: f1(s, p, g),
        "m06-q19": lambda total, warm, peak, step: rate(step, total, warm, peak),
        "m06-x3": lambda n, a, e: (a / n - e / 100) / (1 - e / 100),
        "m06-x6": lambda k, p, r: (k * p + (100 - k) * r) / 100,
    }

    def test_the_table_of_the_case_shows_what_the_run_printed(self):
        run = {}
        for line in (FOLDER / "data" / "sentiment_run.txt").read_text(encoding="utf-8").splitlines():
            head, runs = line.split("runs:")
            how, name, *what, mean = head.split()
            run[how, name, " ".join(what)] = mean
        text = lesson(self.module, CASE)
        for how, what, row in (("rows", "test", "| rows "), ("twins", "test", "| twins "), ("twins", "hotel", "| hotels")):
            values = " | ".join(run[how, name, what] for name in ("words", "frozen", "tuned"))
            self.assertRegex(text, re.escape(row) + r"[^|]*\| " + re.escape(values) + r" \|")
        self.assertIn(f"encoders not run) | {run['patterns', 'words', 'test']} |", text)
        self.assertIn(f"on hotels it stated {run['twins', 'tuned', 'hotel confidence']} on average", text)
        self.assertIn(f"for the tuned encoder: {run['twins', 'tuned', 'hotel negation']}.", text)

    def test_copies_in_the_random_splits(self):
        with open(FOLDER / "data" / "reviews.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        shop = [k for k, row in enumerate(rows) if row["domain"] == "shop"]
        copies = []
        for seed in range(3):                              # as in sentiment_run.py
            test = set(random.Random(seed).sample(shop, len(shop) // 4))
            seen = {rows[k]["text"] for k in shop if k not in test}
            copies.append(sum(rows[k]["text"] in seen for k in test))
        self.assertIn(f"even {min(copies)} to {max(copies)} of the {len(test)} test reviews", lesson(self.module, CASE))

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
        self.assertEqual(found, 5, "blocks of code with an output")


if __name__ == "__main__":
    unittest.main()
