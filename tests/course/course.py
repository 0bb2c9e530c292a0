"""What the tests of the course's text share: reading lessons and quizzes, and comparing the numbers they show with the arithmetic."""

import pathlib
import re
import tomllib
import unittest

CONTENT = pathlib.Path(__file__).resolve().parents[2] / "content"
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
NUMBER = re.compile(
    r"(?P<sign>[−+-]?)\s?(?P<digits>\d[\d,]*(?:\.\d+)?)"
    r"(?:\s*(?:×|\\times|\\cdot)\s*10(?:\^\{?(?P<tex>[−-]?\d+)\}?|(?P<sup>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)))?"
)


def folders():
    """The folders of the modules, in order."""
    return sorted(path for path in (CONTENT / "modules").iterdir() if path.is_dir())


def toml(path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def flat(text):
    """Text as one line: line breaks and runs of spaces are one space."""
    return re.sub(r"\s+", " ", text)


def lesson(module, name):
    """A lesson's text in one line, front matter included."""
    return flat((CONTENT / "modules" / module / f"{name}.md").read_text(encoding="utf-8"))


def questions(module):
    """Every question of a module's quiz and of its part of the exam."""
    for name in ("quiz.toml", "exam.toml"):
        path = CONTENT / "modules" / module / name
        if path.exists():
            yield from toml(path)["question"]


def shown(text, phrase):
    """The numbers that stand in `text` where `phrase` has its one `{}`, as (value, half a unit of the last digit shown)."""
    before, after = (re.escape(flat(part)) for part in phrase.split("{}"))
    found = []
    for match in re.finditer(before + NUMBER.pattern + after, text):
        digits = match["digits"].replace(",", "")
        power = int((match["tex"] or (match["sup"] or "0").translate(SUPERSCRIPTS)).replace("−", "-"))
        value = float(f"{'-' if match['sign'] in '−-' and match['sign'] else ''}{digits}e{power}")
        places = len(digits.partition(".")[2])
        found.append((value, 0.5 * 10.0 ** (power - places)))
    return found


class Worked(unittest.TestCase):
    """The worked numbers of one module. A test class sets `module`, `numbers` and `keys`.

    `numbers`: (lesson's file name without `.md`, phrase, value). The phrase stands in the lesson, with `{}` where the number is; the
    number is the value, rounded to the digits shown. A `%` stands in the phrase, and the value is in percent.
    `keys`: {question's id: a function of the variant's values, or of nothing}: what the right answer is, computed anew.
    """

    module = None
    numbers = []
    keys = {}

    def test_the_numbers_in_the_lessons_are_what_the_arithmetic_gives(self):
        for name, phrase, value in self.numbers:
            with self.subTest(lesson=name, phrase=phrase):
                found = shown(lesson(self.module, name), phrase)
                self.assertTrue(found, "the lesson has no such words with a number in them")
                for number, half in found:
                    self.assertLessEqual(abs(number - value), half * 1.000001, f"the lesson says {number}, the arithmetic {value}")

    def test_the_keys_of_the_numeric_questions_are_what_the_arithmetic_gives(self):
        for question in questions(self.module) if self.module else []:
            if question["type"] != "numeric":
                continue
            with self.subTest(question=question["id"]):
                self.assertIn(question["id"], self.keys, "nothing recomputes this question's key")
                rule = self.keys[question["id"]]
                for variant in question.get("variants", [{"answer": question.get("answer")}]):
                    given = {name: value for name, value in variant.items() if name != "answer"}
                    right = rule(**given)
                    room = question.get("tolerance", 0) or abs(right) * question.get("relative_tolerance", 0) or 1e-9
                    self.assertLessEqual(abs(variant["answer"] - right), room / 2, f"{given}: the key says {variant['answer']}, the arithmetic {right}")
