"""What every finished module has: lessons by the template, figures, tables, and a quiz that cannot be guessed.

A module is finished when its module.toml announces no planned lesson any more.
"""

import collections
import re
import unittest

from course import CONTENT, folders, questions, toml

MIX = {"single": 6, "multiple": 3, "numeric": 2, "matching": 2, "ordering": 1}
SECTIONS = ["## Common mistakes", "## In production", "## Further reading"]
LEAST_WORDS, MOST_WORDS = 1400, 2600


def finished():
    return [folder for folder in folders() if "planned" not in toml(folder / "module.toml")]


def lessons(folder):
    return sorted(folder.glob("[0-9][0-9]-*.md"))


class Shape(unittest.TestCase):
    def each(self, what):
        for folder in finished():
            with self.subTest(module=folder.name):
                what(folder)

    def test_lessons_follow_the_template(self):
        def look(folder):
            for path in lessons(folder):
                text = path.read_text(encoding="utf-8")
                with self.subTest(lesson=path.stem):
                    words = len(text.split())
                    self.assertTrue(LEAST_WORDS <= words <= MOST_WORDS, f"{words} words")
                    for section in SECTIONS:
                        self.assertIn(section, text)
                    self.assertGreaterEqual(text.count("::::check"), 3, "checks")
                    self.assertRegex(text, r"```\w+[^\n]*\n", "a code block")
                    mistakes = text.split("## Common mistakes")[1].split("\n## ")[0]
                    self.assertGreaterEqual(len(re.findall(r"^\d\. ", mistakes, re.M)), 3, "common mistakes")

        self.each(look)

    def test_a_module_has_five_figures_and_two_tables(self):
        def look(folder):
            text = "\n".join(path.read_text(encoding="utf-8") for path in lessons(folder))
            figures = len(re.findall(r"^```mermaid #", text, re.M)) + len(re.findall(r"^!\[[^\]]+\]\(", text, re.M))
            tables = len(re.findall(r"^\|[\s:|-]+\|$", text, re.M))
            self.assertGreaterEqual(figures, 5, "figures")
            self.assertGreaterEqual(tables, 2, "tables")

        self.each(look)

    def test_a_quiz_has_sixteen_questions_of_every_kind_and_two_for_each_outcome(self):
        def look(folder):
            quiz = toml(folder / "quiz.toml")["question"]
            kinds = collections.Counter(question["type"] for question in quiz)
            self.assertGreaterEqual(len(quiz), 16)
            for kind, least in MIX.items():
                self.assertGreaterEqual(kinds[kind], least, kind)
            code = [q for q in quiz if "```" in q["stem"]]
            self.assertTrue(code, "a question that reads code")
            asked = collections.Counter(question.get("outcome") for question in quiz)
            for outcome in toml(folder / "module.toml")["outcome"]:
                self.assertGreaterEqual(asked[outcome["id"]], 2, outcome["id"])
            for question in quiz:
                for key in ("outcome", "difficulty", "lesson"):
                    self.assertIn(key, question, question["id"])

        self.each(look)

    def test_a_module_gives_at_least_six_questions_to_the_exam(self):
        def look(folder):
            exam = toml(folder / "exam.toml")["question"]
            self.assertGreaterEqual(len(exam), 6)
            levels = {question["difficulty"] for question in exam}
            self.assertEqual(levels, {1, 2, 3}, "difficulties")

        self.each(look)

    def test_every_option_is_explained_and_none_gives_itself_away(self):
        def look(folder):
            first, longest, singles = collections.Counter(), 0, 0
            for question in questions(folder.name):
                options = question.get("options", [])
                for option in options:
                    text = option["text"].lower()
                    self.assertGreater(len(option.get("why", "")), 10, f"{question['id']} {option['id']}: a reason")
                    self.assertNotRegex(text, r"\b(all|none|both|any) of (the|these) (above|options?|answers?)\b", question["id"])
                if not options:
                    self.assertTrue(question.get("why") or question.get("why_true"), question["id"])
                if question["type"] == "single":
                    right = next(i for i, option in enumerate(options) if option.get("correct"))
                    first[right] += 1
                    singles += 1
                    lengths = [len(option["text"]) for option in options]
                    longest += lengths[right] == max(lengths) and lengths.count(max(lengths)) == 1
                    others = [length for i, length in enumerate(lengths) if i != right]
                    self.assertLessEqual(lengths[right], 1.5 * max(others), f"{question['id']}: the right option is much longer")
                    self.assertGreaterEqual(lengths[right], 0.5 * min(others), f"{question['id']}: the right option is much shorter")
            self.assertLessEqual(longest, singles / 2, "the longest option is right too often")
            self.assertLessEqual(max(first.values()), singles / 2, "one position is right too often")

        self.each(look)

    def test_a_module_explains_at_least_sixteen_words(self):
        def look(folder):
            terms = toml(folder / "glossary.toml")["term"]
            self.assertGreaterEqual(len(terms), 16)
            names = {toml_id for path in lessons(folder) for toml_id in re.findall(r"^id: (\S+)$", path.read_text(encoding="utf-8"), re.M)}
            for term in terms:
                self.assertIn(term["lesson"], names, term["id"])

        self.each(look)

    def test_the_glossary_explains_a_word_once(self):
        seen = collections.Counter()
        for path in CONTENT.glob("modules/*/glossary.toml"):
            for term in toml(path)["term"]:
                seen.update(name.lower() for name in [term["term"], *term.get("aliases", [])])
        self.assertEqual([name for name, times in seen.items() if times > 1], [])


if __name__ == "__main__":
    unittest.main()
