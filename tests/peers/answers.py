"""The key of a quiz, read from its source, and how to fill in the quiz page with it.

The page shuffles options, draws from pools and picks one variant of a numeric question; options are matched by their ids
and variants by the numbers in the question's text.
"""

import re
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

CONTENT = Path(__file__).resolve().parents[2] / "content"


class Key:
    """What is right."""

    def __init__(self, path):
        quiz = tomllib.loads(path.read_text(encoding="utf-8"))
        self.questions = {question["id"]: question for question in quiz["question"]}

    def explanations(self):
        """Sentences that must not reach a browser before the answers are given."""
        for question in self.questions.values():
            for option in question.get("options", []):
                yield option["why"]

    def fill(self, page, right=None):
        """Answers the first `right` questions of the page right (all, if None) and leaves the rest open.

        Gives the form to press and the score that this is worth."""
        form = page.one("//form[@data-quiz]")
        earned = possible = Decimal(0)
        asked = page.all("//fieldset[@data-question]")
        assert asked, f"no questions at {page!r}"
        for number, fieldset in enumerate(asked):
            question = self.questions[fieldset.get("data-question")]
            points = Decimal(str(question.get("points", 1)))
            possible += points
            if right is None or number < right:
                earned += points
                for name, value in answer(question, fieldset):
                    form.inputs[name].value = value  # lxml refuses what the form does not offer
        return form, float((100 * earned / possible).quantize(Decimal("0.01"), ROUND_HALF_UP))


def answer(question, fieldset):
    """Form fields of the right answer."""
    name = question["id"]
    correct = [option["id"] for option in question.get("options", []) if option.get("correct")]
    match question["type"]:
        case "single":
            return [(name, correct[0])]
        case "multiple":
            return [(name, correct)]
        case "true-false":
            reason = [(f"{name}.reason", correct[0])] if correct else []
            return [(name, "true" if question["answer"] else "false"), *reason]
        case "numeric":
            return [(name, str(variant_shown(question, fieldset)["answer"]))]
        case "text":
            return [(name, question["accept"][0])]
        case "matching":
            return [(f"{name}.{left}", right) for left, right in question["pairs"].items()]
        case "ordering":
            return [(f"{name}.{item['id']}", str(place)) for place, item in enumerate(question["items"], 1)]
        case other:
            raise AssertionError(f"a question type that this driver does not know: {other}")


def variant_shown(question, fieldset):
    """The variant whose numbers, put into the question's text, give the text of the page."""
    if "variants" not in question:
        return question
    [stem] = fieldset.xpath(".//*[@data-stem]")
    shown = numbers(" ".join(stem.xpath(".//text()[not(ancestor::annotation)]")))

    def numbers_of(variant):
        filled = question["stem"]
        for field, value in variant.items():
            filled = filled.replace("{" + field + "}", str(value))
        return numbers(filled)

    fitting = [variant for variant in question["variants"] if numbers_of(variant) == shown]
    assert len(fitting) == 1, f"{len(fitting)} variants of {question['id']} have the numbers {shown}"
    return fitting[0]


def numbers(text):
    """The numbers in a text, in order."""
    return re.findall(r"\d+(?:[.,]\d+)*", text)


FOUNDATIONS = Key(CONTENT / "modules" / "01-foundations" / "quiz.toml")
