"""Every bullet of the syllabus is taught, asked and tried: docs/COVERAGE.md says where.

`python3 tests/course/test_coverage.py --write` writes the table anew.
"""

import pathlib
import re
import sys
import unittest

from course import CONTENT, folders, questions, toml

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "COVERAGE.md"
HEAD = """# Coverage

Which lesson teaches each bullet of the syllabus, which questions ask for it, and where it is tried. Made by
`python3 tests/course/test_coverage.py --write`; `tests/run course` fails while it is not what the course says.

| module | bullet | lessons | questions | tried in |
|---|---|---|---|---|
"""


def lessons():
    """{lesson's id: (path, text)}."""
    found = {}
    for folder in folders():
        for path in folder.glob("[0-9][0-9]-*.md"):
            text = path.read_text(encoding="utf-8")
            found[re.search(r"^id: (\S+)$", text, re.M)[1]] = (path, text)
    return found


def notebooks(text):
    line = re.search(r"^notebooks: \[(.*)\]$", text, re.M)
    return [name.strip().removesuffix(".ipynb") for name in line[1].split(",")] if line else []


def tables(text):
    return len(re.findall(r"^\|[\s:|-]+\|$", text, re.M))


def rows():
    """(bullet, its written lessons, ids of questions on them, what it is tried in)."""
    known = lessons()
    for bullet in toml(HERE / "syllabus.toml")["bullet"]:
        written = bullet.get("lessons", [])
        asked = [q["id"] for q in questions(bullet["module"]) if q.get("lesson") in written]
        texts = [known[name][1] for name in written if name in known]
        tried = [name for text in texts for name in notebooks(text)]
        if not tried and (count := sum(map(tables, texts))):
            tried = [f"{count} tables" if count > 1 else "1 table"]
        yield bullet, written, asked, tried


def page():
    known, out = lessons(), [HEAD]
    for bullet, written, asked, tried in rows():
        taught = [f"[{name}](../{known[name][0].relative_to(CONTENT.parent)})" for name in written]
        if "planned" in bullet:
            taught.append(f"lesson {bullet['planned']} to come")
        cells = [bullet["module"][:2], bullet["text"], ", ".join(taught), f"{len(asked)}: {', '.join(asked)}" if asked else "", ", ".join(tried)]
        out.append("| " + " | ".join(cells) + " |\n")
    return "".join(out)


class Coverage(unittest.TestCase):
    def test_every_bullet_names_lessons_that_exist(self):
        known = lessons()
        for bullet, written, _, _ in rows():
            with self.subTest(bullet=bullet["text"]):
                self.assertEqual([name for name in written if name not in known], [])
                self.assertTrue(written or "planned" in bullet)

    def test_a_finished_module_teaches_asks_and_tries_every_bullet(self):
        for bullet, written, asked, tried in rows():
            if "planned" in toml(CONTENT / "modules" / bullet["module"] / "module.toml"):
                continue
            with self.subTest(bullet=bullet["text"]):
                self.assertNotIn("planned", bullet, "the module is finished: name the lesson")
                self.assertTrue(written and asked and tried)

    def test_every_lesson_of_the_course_belongs_to_a_bullet(self):
        taught = {name for _, written, _, _ in rows() for name in written}
        extra = {"m06-encoders-in-2026"}    # what became of the module's models: the course's own
        self.assertEqual(set(lessons()) - taught - extra, set())

    def test_the_page_says_what_the_course_says(self):
        self.assertEqual(PAGE.read_text(encoding="utf-8"), page(), "python3 tests/course/test_coverage.py --write")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        unittest.main()
