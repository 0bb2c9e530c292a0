"""Worked numbers of Module 2."""

import contextlib
import io
import math
import re

from course import CONTENT, Worked

PRICE = 0.50 / 1e6                      # USD per input token, chosen for the exercise
LONG, SHORT, COST, MONTH = 1500, 150, 900, 100_000
SAVED = (LONG - SHORT) * PRICE
CACHED = SAVED * 0.25
FUNNEL = [100, 92, 74, 68, 60]
KEPT = [after / before for before, after in zip(FUNNEL, FUNNEL[1:])]
WRONG, PERSON = 50, 5
ANSWERS = [
    (0.99, 1), (0.98, 1), (0.97, 1), (0.95, 1), (0.94, 0), (0.92, 1), (0.90, 1), (0.86, 1), (0.83, 0), (0.78, 1),
    (0.74, 1), (0.69, 0), (0.63, 1), (0.58, 0), (0.52, 0), (0.47, 1), (0.41, 0), (0.36, 0), (0.28, 0), (0.20, 0),
]
DEFINITIONS, RAG, TUNE = "01-definitions", "02-when-to-use-rag", "03-when-to-fine-tune"
AGENTS, COMBINE, CASES = "04-when-to-use-agents", "05-combining-and-deciding", "06-case-studies"


def improved(step, share=0.98):
    """Right answers out of 100, if one step of the line kept more."""
    return 100 * math.prod(share if n == step else kept for n, kept in enumerate(KEPT))


def chunks(length, size, overlap):
    return math.ceil((length - overlap) / (size - overlap))


def tokens_read(steps, start=1000, added=400):
    return sum(start + added * step for step in range(steps))


def pass_hat(k, successes=(4, 4, 2, 0), tries=4):
    return sum(math.comb(c, k) / math.comb(tries, k) for c in successes) / len(successes)


def sign_test(repaired, broken):
    changed, fewer = repaired + broken, min(repaired, broken)
    return 2 * sum(math.comb(changed, n) for n in range(fewer + 1)) / 2 ** changed


def gate(threshold):
    """Answered in percent, wrong among them in percent, cost."""
    given = [right for sure, right in ANSWERS if sure >= threshold]
    wrong = given.count(0)
    return 100 * len(given) / len(ANSWERS), 100 * wrong / max(len(given), 1), wrong * WRONG + (len(ANSWERS) - len(given)) * PERSON


def day(questions, cover, wrong, per_wrong, per_person):
    return questions * (cover / 100 * wrong / 100 * per_wrong + (100 - cover) / 100 * per_person)


def interval(share, n):
    return 100 * 1.96 * math.sqrt(share * (1 - share) / n)


class FtRagAgents(Worked):
    module = "02-ft-rag-agents"
    numbers = [
        (DEFINITIONS, r"$$0.80 \times 0.90 = {}$$", 0.8 * 0.9),
        (DEFINITIONS, r"gives $0.95 \times 0.90 = {}$", 0.95 * 0.9),
        (DEFINITIONS, r"Each call then saves $1500 - 150 = {}$ tokens", LONG - SHORT),
        (DEFINITIONS, "1,350 × 0.50 / 1,000,000 = {}.", SAVED),
        (DEFINITIONS, "Break-even: 900 / 0.000675 = {} calls", COST / SAVED),
        (DEFINITIONS, "With 100,000 calls a month that takes {} months", COST / SAVED / MONTH),
        (DEFINITIONS, "| 0.20 | 0.000270 | {} | 33.3 |", COST / (1350 * 0.2e-6)),
        (DEFINITIONS, "| 0.20 | 0.000270 | 3,333,333 | {} |", COST / (1350 * 0.2e-6) / MONTH),
        (DEFINITIONS, "| 2.00 | 0.002700 | {} | 3.3 |", COST / (1350 * 2e-6)),
        (DEFINITIONS, r"Better search: $0.85 \times 0.95 = {}$", 0.85 * 0.95),
        (RAG, "| In the store | 92 | {} |", KEPT[0]),
        (RAG, "| Found in the top 5 | 74 | {} |", KEPT[1]),
        (RAG, "| Still in the prompt | 68 | {} |", KEPT[2]),
        (RAG, "| Read correctly | 60 | {} |", KEPT[3]),
        (RAG, "| 0.920 | {} right |", improved(0)),
        (RAG, "| 0.804 | **{} right** |", improved(1)),
        (RAG, "| 0.919 | {} right |", improved(2)),
        (RAG, "| 0.882 | {} right |", improved(3)),
        (RAG, "The product of the first three shares, {}, is", math.prod(KEPT[:3])),
        (RAG, "gives $11950 / 250 = {}$", (12000 - 50) / 250),
        (RAG, "$, so {} chunks. **Why not", chunks(12000, 300, 50)),
        (RAG, r"$5 \times 300 + 230 = {}$ tokens", 5 * 300 + 230),
        (RAG, "So pasting everything costs $200230 / 1730 = {}$ times", (400 * 500 + 230) / 1730),
        (RAG, "$(9000 - 100) / (400 - 100) = 29.67$, so {} chunks", chunks(9000, 400, 100)),
        (TUNE, r"$$1350 \times 0.25 \times 0.50 / 10^6 = {} \text", CACHED),
        (TUNE, "$900 / 0.00016875 = {}$ million calls", COST / CACHED / 1e6),
        (TUNE, "The result was {} million calls", COST / SAVED / 1e6),
        (TUNE, "a month saves {} USD before hosting", SAVED * MONTH),
        *((TUNE, f"| {host} | {SAVED * MONTH - host:.2f} | {{}} |", COST / (SAVED * MONTH - host)) for host in (0, 20, 60)),
        (TUNE, "| 70 | {} | never |", SAVED * MONTH - 70),
        (TUNE, "$1500 / 5000 + 200 / 50 = 0.3 + 4.0 = {}$ seconds", 1500 / 5000 + 200 / 50),
        (TUNE, "$150 / 5000 + 4.0 = {}$ seconds", 150 / 5000 + 4),
        (TUNE, "seconds. That is {}% less. - Tuned to answer", 100 * (1 - 4.03 / 4.3)),
        (TUNE, "$0.03 + 80 / 50 = {}$ seconds", 0.03 + 80 / 50),
        (TUNE, "$0.03 + 80 / 50 = 1.63$ seconds. That is {}% less", 100 * (1 - 1.63 / 4.3)),
        (TUNE, r"A month saves $40000 \times 0.002 - 50 = {}$ USD", 40000 * 0.002 - 50),
        (TUNE, "so $600 / 30 = {}$ months", 600 / (40000 * 0.002 - 50)),
        (AGENTS, "that is $0.95^{20} = {}$", 0.95 ** 20),
        (AGENTS, "With 5 steps, $0.95^5 = {}$", 0.95 ** 5),
        (AGENTS, "With 0.99 per step, $0.99^{20} = {}$", 0.99 ** 20),
        (AGENTS, r"$0.95 + 0.05 \times 0.80 \times 0.95 = {}$", 0.95 + 0.05 * 0.8 * 0.95),
        (AGENTS, "and 20 steps with $0.988^{20} = {}$", 0.988 ** 20),
        *((AGENTS, phrase, 100 * share ** 20) for phrase, share in (
            ("At 20 steps it is {}% if each", 0.99), ("with 0.99, {}% with 0.98", 0.98),
            ("with 0.98, {}% with 0.95", 0.95), ("with 0.95 and {}% with 0.90", 0.9))),
        (AGENTS, "Five steps read {};", tokens_read(5)),
        (AGENTS, "twenty read {}.", tokens_read(20)),
        (AGENTS, "Four times the steps cost {} times the tokens", tokens_read(20) / tokens_read(5)),
        (AGENTS, "| pass^1 | 1 | 1 | 0.500 | 0 | {} |", pass_hat(1)),
        (AGENTS, "| pass^2 | 1 | 1 | {} | 0 |", math.comb(2, 2) / math.comb(4, 2)),
        (AGENTS, "| pass^2 | 1 | 1 | 0.167 | 0 | {} |", pass_hat(2)),
        (AGENTS, "| pass^4 | 1 | 1 | 0 | 0 | {} |", pass_hat(4)),
        (AGENTS, "10 steps: $0.98^{10} = {}$", 0.98 ** 10),
        (AGENTS, "6 steps: $0.98^6 = {}$", 0.98 ** 6),
        (AGENTS, "by the formula above, {} instead of", tokens_read(6)),
        (AGENTS, "12,000 instead of {}.", tokens_read(10)),
        (COMBINE, r"$800 \times 5 + 200 \times 4 = {}$ passages", 800 * 5 + 200 * 4),
        (COMBINE, "That is {} million input tokens per epoch", 4800 * 300 / 1e6),
        (COMBINE, "| RAG | 70% of 44 = {} |", 0.7 * 44),
        (COMBINE, "4% of 120 = 4.8 | **{}** |", 0.7 * 44 - 0.04 * 120),
        (COMBINE, "2% of 120 = 2.4 | **{}** |", 0.75 * 24 - 0.02 * 120),
        (COMBINE, "| 0 | **{}** |", 0.5 * 12),
        (COMBINE, "about 146 of 200 right, or {}%", 100 * (120 + 26) / 200),
        (COMBINE, "$120 + 26 + 15.6 + 6 = {}$", 120 + 26 + 15.6 + 6),
        (COMBINE, "= 167.6$, or {}%.", 100 * 167.6 / 200),
        (COMBINE, r"\binom{18}{4}}{2^{18}} = {}$$", sign_test(14, 4)),
        (COMBINE, "good, and the chance is {}: too", sign_test(7, 2)),
        (COMBINE, "the same {}% of the changes are good", 100 * 14 / 18),
        (COMBINE, "the same {}% of the changes are good", 100 * 7 / 9),
        (COMBINE, "that is ± {} points; on 400", interval(0.7, 100)),
        (COMBINE, "on 400 questions, ± {}.", interval(0.7, 400)),
        (COMBINE, "is $2 / 2^6 = {}$", sign_test(6, 0)),
        (CASES, "$$0.83^5 = {}$$", 0.83 ** 5),
        (CASES, "At 33% it is $0.67^5 = {}$", 0.67 ** 5),
        (CASES, r"Found: $0.95 \times 100 = {}$", 95),
        (CASES, r"False alarms: $0.10 \times 9900 = {}$", 0.1 * 9900),
        (CASES, r"$95 / (95 + 990) = {}\%$", 100 * 95 / (95 + 0.1 * 9900)),
        (CASES, r"it is $95 / (95 + 198) = {}\%$", 100 * 95 / (95 + 0.02 * 9900)),
        (CASES, r"q > 1 - \frac{5}{50} = {}$$", 1 - PERSON / WRONG),
        *((CASES, f"{at:.2f} {answered:.0f}% {wrong:.1f}% {{}}", cost)
          for at in (0.0, 0.5, 0.7, 0.9, 0.95, 1.01) for answered, wrong, cost in [gate(at)]),
        (CASES, r"$28 \times 40 = {}$", 700 * 0.04 * 40),
        (CASES, "Together {} a day.", day(1000, 70, 4, 40, 4)),
        (CASES, r"Without it: $1000 \times 4 = {}$", 1000 * 4),
        (CASES, r"$70 \times 40 + 1200 = {}$", day(1000, 70, 10, 40, 4)),
    ]
    keys = {
        "m02-q3": lambda c, p: c / (1350 * p / 1e6),
        "m02-q9": lambda store, found, reader: store * found / 100 * reader / 100,
        "m02-q13": lambda c, s, h, q: c / (q * s - h),
        "m02-q16": lambda n, p: p ** n,
        "m02-x3": lambda l, s, o: chunks(l, s, o),
        "m02-x6": lambda n, cover, wrong, w, h: day(n, cover, wrong, w, h),
    }

    def test_the_code_prints_what_the_lessons_show(self):
        found = 0
        for path in sorted((CONTENT / "modules" / self.module).glob("[0-9][0-9]-*.md")):
            for code, wanted in re.findall(r'```python[^\n]*\n(.*?)```\n\n```text title="output"\n(.*?)```', path.read_text(encoding="utf-8"), re.S):
                found += 1
                with self.subTest(lesson=path.stem):
                    self.assertLessEqual(len(code.splitlines()), 25)
                    said = io.StringIO()
                    with contextlib.redirect_stdout(said):
                        exec(compile(code, path.name, "exec"), {})
                    self.assertEqual([line.rstrip() for line in said.getvalue().splitlines()], wanted.splitlines())
        self.assertEqual(found, 6, "each of the six lessons shows code and its output")
