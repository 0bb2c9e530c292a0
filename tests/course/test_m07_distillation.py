"""Worked numbers of Module 7."""

import contextlib
import io
import json
import re
import unittest
from math import exp, log, sqrt

from course import CONTENT, Worked, lesson

FOLDER = CONTENT / "modules" / "07-distillation"
WHY, SOFT, BERT, LLM, BOTH = (
    "01-why-distil", "02-soft-targets", "03-bert-to-distilbert", "04-distilling-llms", "05-distillation-and-fine-tuning",
)
TEACHER, STUDENT = (5, 2, 0.5, -1), (3, 2.5, 0, -0.5)


def softmax(logits, temperature=1.0):
    powers = [exp(z / temperature) for z in logits]
    return [p / sum(powers) for p in powers]


def kl(p, q):
    return sum(a * log(a / b) for a, b in zip(p, q))


def at(temperature):
    return kl(softmax(TEACHER, temperature), softmax(STUDENT, temperature))


HARD = -log(softmax(STUDENT)[0])
TWO, SPREAD, PICKS = (0.49, 0.49, 0.02), (0.34, 0.33, 0.33), (0.96, 0.02, 0.02)

# lesson 3
WIDTH = 768
EMBED = (30522 + 512) * WIDTH
LAYER = 4 * (WIDTH**2 + WIDTH) + 2 * WIDTH * 3072 + 3072 + WIDTH + 4 * WIDTH
BASE = EMBED + 2 * WIDTH + 2 * WIDTH + 12 * LAYER + WIDTH**2 + WIDTH
SMALL = EMBED + 2 * WIDTH + 6 * LAYER
ROWS = softmax([x / sqrt(2) for x in (1, 1, 0)]), softmax((1, 1, 0.2))
NEAR = 1 - (1 * 2 + 2 * 1 + 2 * 2) / 9
TRIPLE = 5 * at(2) * 4 + 2 * HARD + NEAR

# lesson 4
EASY, RARE = 1 - 0.2**4, 1 - 0.9**4

# lesson 5
LABEL_ALONE, TEACHER_ALONE = 0.08 * 0.94, 0.92 * 0.06


def error(teacher, student, tests):
    return sqrt(teacher + student - (student - teacher) ** 2 / tests) / tests


def edge(teacher, student, tests, side):
    return (student - teacher) / tests + side * 1.96 * error(teacher, student, tests)


class Distillation(Worked):
    module = "07-distillation"
    numbers = [
        (WHY, r"$60 / 16 = {}$", 60 / (8 * 2)),
        (WHY, r"$60 / 1.2 = {}$", 60 / (0.6 * 2)),
        (WHY, "4 GB, {} tokens a second", 60 / 4),
        (WHY, "0.3 GB, {} tokens a second", 60 / 0.3),
        (WHY, r"$100 / 6 = {}$", 100 / (3 * 2)),
        (WHY, r"$0.93 - 0.84 = {}$", 0.93 - 0.84),
        (WHY, r"$0.06 / 0.09 = {}$", 0.06 / 0.09),
        (WHY, r"$0.93 - 0.05 = {}$", 0.93 - 0.05),
        (WHY, r"$0.93 + 0.05 = {}$", 0.93 + 0.05),
        (WHY, "the accuracy can be as low as {}.", 0.90 - 0.03),
        (SOFT, "Softmax gives {}, 0.0468", softmax(TEACHER)[0]),
        (SOFT, "| 2 | {} |", softmax(TEACHER, 2)[0]),
        (SOFT, "| 4 | {} |", softmax(TEACHER, 4)[0]),
        (SOFT, "| 4 | 0.4950 | {} |", softmax(TEACHER, 4)[1]),
        (SOFT, "The probabilities are {}, 0.245", softmax((2, 1, 0))[0]),
        (SOFT, "0.0295 and 0.0179. The KL is {}.", at(1)),
        (SOFT, "0.1704 and 0.1504. The KL is {}.", at(4)),
        (SOFT, r"$0.0409 \cdot 16 = {}$", 16 * at(4)),
        (SOFT, r"$-\log 0.5929 = {}$", HARD),
        (SOFT, r"0.5 \cdot 0.5227 = {}$", 8 * at(4) + 0.5 * HARD),
        (SOFT, "0.225 + 0.20 = {}$", 0.5 * 9 * 0.05 + 0.5 * 0.40),
        (SOFT, "| Spread out | **{}** |", kl(TWO, SPREAD)),
        (SOFT, "| Spread out | **0.317** | {} |", kl(SPREAD, TWO)),
        (SOFT, "| Picks one | {} |", kl(TWO, PICKS)),
        (SOFT, "| Picks one | 1.238 | **{}** |", kl(PICKS, TWO)),
        (SOFT, "910 parameters, {}% of the teacher's", 100 * 910 / 33370),
        (BERT, r"512 \cdot 768 = {}$ million", EMBED / 1e6),
        (BERT, "Together {} million", LAYER / 1e6),
        (BERT, "12 layers and the pooler: {} million", BASE / 1e6),
        (BERT, "DistilBERT: {} million", SMALL / 1e6),
        (BERT, "That is {} of BERT.", SMALL / BASE),
        (BERT, "the student is {}% smaller", 100 * (1 - SMALL / BASE)),
        (BERT, r"$3 \cdot 7.09 = {}$ million", 3 * LAYER / 1e6),
        (BERT, "million: {} million, 0.412 of BERT", (SMALL - 3 * LAYER) / 1e6),
        (BERT, "45.1 million, {} of BERT", (SMALL - 3 * LAYER) / BASE),
        (BERT, "is 0.1516; times 4 it is {}.", 4 * at(2)),
        (BERT, r"the KL at $T = 2$ is {};", at(2)),
        (BERT, r"(3 \cdot 3) = {}$", 8 / 9),
        (BERT, "so the loss is {}.", NEAR),
        (BERT, "0.111 = {}$", TRIPLE),
        (BERT, "the soft targets bring {}% of the sum", 100 * 20 * at(2) / TRIPLE),
        (BERT, r"$77.0 / 79.5 = {}$", 77.0 / 79.5),
        (BERT, r"$9.9 / 19.3 = {}$", (59.9 - 50) / (69.3 - 50)),
        (BERT, "moves the score by {} points", 100 / 277),
        (BERT, r"$668 / 410 = {}$", 668 / 410),
        (BERT, r"$410 / 668 = {}$", 410 / 668),
        (BERT, "teacher {}, 0.401, 0.198;", ROWS[0][0]),
        (BERT, "0.401, 0.401, {};", ROWS[0][2]),
        (BERT, "student {}, 0.408", ROWS[1][0]),
        (BERT, "0.408, 0.408, {}.", ROWS[1][2]),
        (BERT, "between these two rows is {}.", kl(*ROWS)),
        (LLM, r"$1 - 0.2^4 = {}$", EASY),
        (LLM, r"$1 - 0.9^4 = {}$", RARE),
        (LLM, "(0.998 + 0.344) = {}$", RARE / (EASY + RARE)),
        (LLM, r"$0.4 / 3.6 = {}$", 0.4 / 3.6),
        (LLM, r"$1 - 0.7^4 = {}$", 1 - 0.7**4),
        (LLM, "Three give {}.", 1 - 0.7**3),
        (LLM, r"\cdot 2 = {}$ TB", 1e8 * 128256 * 2 / 1e12),
        (LLM, r"\cdot 50 \cdot 6 = {}$ GB", 1e8 * 50 * 6 / 1e9),
        (LLM, "0.05 / 0.15 = {}$", 0.05 / 0.15),
        (LLM, "0.05 / 0.55 = {}$", 0.05 / 0.55),
        (LLM, r"\log(0.3 / 0.1) = {}$", kl((0.7, 0.3), (0.9, 0.1))),
        (LLM, r"$2{,}000 / 0.6 = 3{,}333$ tokens against $400 / 0.5 = {}$", 400 / 0.5),
        (BOTH, r"$1.1 / 2.7 = {}$", (86.9 - 85.8) / (88.5 - 85.8)),
        (BOTH, r"0.5 \cdot 0.523 = {}$", 0.5 * 0.654 + 0.5 * 0.523),
        (BOTH, r"0.523 / 32 = {}$", 8 * 0.523 / 32),
        (BOTH, r"0.5 \cdot 0.131 = {}$", 0.5 * 0.654 + 0.5 * 0.131),
        (BOTH, r"$0.08 \cdot 0.94 = {}$", LABEL_ALONE),
        (BOTH, r"$0.92 \cdot 0.06 = {}$", TEACHER_ALONE),
        (BOTH, r"$0.08 \cdot 0.06 = {}$", 0.08 * 0.06),
        (BOTH, "has a standard error of about {},", sqrt(0.42 * 0.58 / 50)),
        (BOTH, "0.0552 = {}$", LABEL_ALONE + TEACHER_ALONE),
        (BOTH, "0.0552 / 0.1304 = {}$", TEACHER_ALONE / (LABEL_ALONE + TEACHER_ALONE)),
        (BOTH, "the label is right in {} of the conflicts", 0.99 * 0.06 / (0.99 * 0.06 + 0.01 * 0.94)),
        (BOTH, r"1{,}600 = {}$ less", 1500 / 1600),
        (BOTH, "/ 500} / 500 = {}$", error(18, 9, 500)),
        (BOTH, "0.0104$, from {} to 0.002", edge(18, 9, 500, -1)),
        (BOTH, "from −0.038 to {}.", edge(18, 9, 500, 1)),
        (BOTH, "the standard error is {} and", error(72, 36, 2000)),
        (BOTH, "the interval {} to −0.008", edge(72, 36, 2000, -1)),
        (BOTH, "−0.028 to {}.", edge(72, 36, 2000, 1)),
    ]
    keys = {
        "m07-q1": lambda t, k, h, a: a * t * t * k + (1 - a) * h,
        "m07-q7": lambda f, s, t: (s - f) / (t - f),
        "m07-q15": lambda p, k: 1 - (1 - p) ** k,
        "m07-x3": lambda e, l, n, k: (e + k * l) / (e + n * l),
        "m07-x7": lambda e, r: e / (e + r),
    }

    def test_lesson_two_shows_what_the_notebook_printed(self):
        cells = json.loads((FOLDER / "notebooks" / "nb07a_kd_digits.ipynb").read_text(encoding="utf-8"))["cells"]
        said = "".join("".join(out.get("text", [])) for cell in cells for out in cell.get("outputs", []))
        text = lesson(self.module, SOFT)
        for name in ("100 labels", "100 soft, T = 4", "all soft, T = 4", "all soft, T = 1", "all, first choice"):
            value = re.search(re.escape(name) + r" +(\d\.\d+ ± \d\.\d+)", said)[1]
            self.assertIn(f"| {value} |", text, name)
        teacher = float(re.search(r"parameters, accuracy (\d\.\d+)", said)[1])
        self.assertIn(f"is right {100 * teacher:.1f}% of the time", text)

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
