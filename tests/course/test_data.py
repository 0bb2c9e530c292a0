"""The data sets: each has a card, the card's checksums are those of the files, and generators write the files again."""

import collections
import csv
import hashlib
import importlib.util
import pathlib
import re
import runpy
import subprocess
import sys
import tempfile
import unittest

from course import CONTENT, folders

SECTIONS = ["**Purpose.**", "**Generator.**", "**Splits.**", "**Known biases.**", "**Licence.**", "**Checksum"]
CHECKSUM = re.compile(r"^- `([\w.-]+)` `([0-9a-f]{64})`$", re.M)
GENERATED = {".csv", ".json", ".jsonl", ".txt"}


def data_folders():
    return [folder / "data" for folder in folders() if (folder / "data").is_dir()]


def table(module, name):
    with open(CONTENT / "modules" / module / "data" / name, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


class Data(unittest.TestCase):
    def test_every_data_file_has_a_card_with_its_checksum(self):
        for folder in data_folders():
            cards = {path: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
            told = {name: checksum for card in cards.values() for name, checksum in CHECKSUM.findall(card)}
            for path, card in cards.items():
                for section in SECTIONS:
                    with self.subTest(card=path.name):
                        self.assertIn(section, card)
            for path in folder.iterdir():
                if path.suffix in GENERATED:
                    with self.subTest(file=path.name):
                        self.assertEqual(told.get(path.name), hashlib.sha256(path.read_bytes()).hexdigest())

    def test_generators_write_the_same_files_again(self):
        for folder in data_folders():
            for script in folder.glob("make_*.py"):
                text = script.read_text(encoding="utf-8")
                if "numpy" in text and importlib.util.find_spec("numpy") is None:
                    continue    # the checksum in the card still holds the file
                with self.subTest(script=script.name), tempfile.TemporaryDirectory() as written:
                    subprocess.run([sys.executable, "-B", script, written], check=True)
                    files = list(pathlib.Path(written).iterdir())
                    self.assertTrue(files)
                    for file in files:
                        self.assertEqual(file.read_bytes(), (folder / file.name).read_bytes(), file.name)


class Policybot(unittest.TestCase):
    def setUp(self):
        self.pages = {row["page"]: row for row in table("02-ft-rag-agents", "policybot_pages.csv")}
        self.questions = table("02-ft-rag-agents", "policybot_qa.csv")

    def test_sizes_are_those_of_the_card(self):
        changed = [row for row in self.questions if row["changed"] == "1"]
        self.assertEqual((len(self.pages), len(self.questions), len(changed)), (60, 240, 20))
        self.assertEqual(len({row["page"] for row in changed}), 20, "one on a page")
        self.assertEqual(len({row[key].lower() for row in self.questions for key in ("question", "reworded")}), 480)

    def test_every_answer_stands_in_its_page(self):
        for row in self.questions:
            for version in ("v1", "v2"):
                answer, text = row[f"answer_{version}"], self.pages[row["page"]][f"text_{version}"]
                self.assertTrue(answer in text or answer[0].upper() + answer[1:] in text, row["id"])
            self.assertEqual(row["changed"] == "1", row["answer_v1"] != row["answer_v2"], row["id"])

    def test_the_versions_differ_in_the_changed_facts_only(self):
        touched = {row["page"] for row in self.questions if row["changed"] == "1"}
        self.assertEqual(touched, {page for page, row in self.pages.items() if row["text_v1"] != row["text_v2"]})


class Reviews(unittest.TestCase):
    def setUp(self):
        self.rows = table("06-classical-lm", "reviews-mini.csv")

    def test_sizes_are_those_of_the_card(self):
        sizes = collections.Counter(row["split"] for row in self.rows)
        self.assertEqual(sizes, {"train": 600, "valid": 150, "test": 200, "shift": 250})
        self.assertEqual(len({row["text"] for row in self.rows}), 1200)
        for split in sizes:
            positive = sum(row["label"] == "1" for row in self.rows if row["split"] == split) / sizes[split]
            self.assertTrue(0.4 < positive < 0.62, split)

    def test_no_pattern_of_sentences_occurs_in_two_splits(self):
        maker = runpy.run_path(str(CONTENT / "modules/06-classical-lm/data/make_reviews_mini.py"))
        owners = collections.defaultdict(set)
        for split, kinds in maker["PATTERNS"].items():
            for pattern in [pattern for patterns in kinds.values() for _, pattern in patterns] + [tail for tail in maker["TAILS"][split] if tail]:
                owners[pattern].add(split)
        self.assertEqual([pattern for pattern, splits in owners.items() if len(splits) > 1], [])
        self.assertFalse(set(maker["HOME"]) & set(maker["AWAY"]))


if __name__ == "__main__":
    unittest.main()
