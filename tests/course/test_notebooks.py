"""The notebooks: stored outputs are of their text, and the command that makes them chooses and tells rightly. No package is needed."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from notebook import check, choose, log, paired, pins  # noqa: E402

TEXT = """# ---
# jupyter:
#   course:
#     budget: tiny
# ---

# %% [markdown]
# # A title
#
# Words.

# %%
NEEDS = {"numpy": "numpy==1.0"}
DATA = ["some.csv", "02-other/far.csv"]

# %%
assert 1 + 1 == 2
for i in range(2):
    assert i < 2, "small"
"""


def written(folder, text=TEXT, name="nb99_some"):
    path = pathlib.Path(folder) / "99-some" / "notebooks" / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class Stored(unittest.TestCase):
    def test_every_notebook_is_of_its_text_its_pins_and_its_data(self):
        self.assertEqual(check.all_problems(), [])

    def test_every_pin_is_exact(self):
        for pin in pins.read():
            self.assertRegex(pin, r"^[a-z0-9.-]+==[\w.]+( ; .+)?$")


class Text(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.enterContext(mock.patch.object(paired, "MODULES", self.folder))

    def test_the_percent_format_is_read(self):
        notebook = paired.Paired(written(self.folder))
        self.assertEqual((notebook.budget, [kind for kind, _ in notebook.cells]), (60, ["markdown", "code", "code"]))
        self.assertEqual(notebook.cells[0][1], "# A title\n\nWords.")
        self.assertEqual((notebook.needs, notebook.asserts), ({"numpy": "numpy==1.0"}, 2))
        self.assertEqual([p.relative_to(self.folder).as_posix() for p in notebook.data], ["99-some/data/some.csv", "02-other/data/far.csv"])

    def test_text_outside_its_cell_is_refused(self):
        for bad in ("x = 1\n# %%\n", "# %% [markdown]\nnot a comment\n"):
            with self.assertRaises(ValueError):
                paired.parse(bad)

    def test_the_hash_follows_code_pins_and_data_and_neither_prose_nor_line_ends(self):
        path = written(self.folder)
        before = paired.Paired(path).hash(["a==1"])
        self.assertNotEqual(before, paired.Paired(path).hash(["a==2"]))
        path.write_bytes(TEXT.replace("\n", "\r\n").encode())
        self.assertEqual(before, paired.Paired(path).hash(["a==1"]))
        data = self.folder / "02-other/data/far.csv"
        data.parent.mkdir(parents=True)
        data.write_text("1,2\n", encoding="utf-8")
        self.assertNotEqual(before, paired.Paired(path).hash(["a==1"]))
        data.unlink()
        path.write_text(TEXT.replace("Words.", "Other words."), encoding="utf-8")
        self.assertEqual(before, paired.Paired(path).hash(["a==1"]), "prose needs no new run")
        path.write_text(TEXT + "# more\n", encoding="utf-8")
        self.assertNotEqual(before, paired.Paired(path).hash(["a==1"]))

    def test_new_prose_keeps_the_outputs(self):
        path = written(self.folder)
        first = paired.Paired(path)
        cells = [{"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {}} for kind, source in first.cells]
        cells[2]["outputs"] = [{"output_type": "stream", "text": ["kept\n"]}]
        path.with_suffix(".ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
        self.assertTrue(first.is_worded())
        path.write_text(TEXT.replace("Words.", "Other words.") + "\n# %% [markdown]\n# The end.\n", encoding="utf-8")
        after = paired.Paired(path)
        self.assertFalse(after.is_worded())
        path.with_suffix(".ipynb").write_text(json.dumps(after.reworded()), encoding="utf-8")
        self.assertTrue(after.is_worded())
        self.assertEqual(list(paired.outputs(after.stored())), ["kept\n"])

    def test_outputs_of_other_code_are_told(self):
        path = written(self.folder)
        notebook = paired.Paired(path)
        stored = {"metadata": {"course": {"hash": notebook.hash([])}}, "cells": []}
        path.with_suffix(".ipynb").write_text(json.dumps(stored), encoding="utf-8")
        self.assertEqual(choose.stale([notebook], []), [])
        path.write_text(TEXT + "print(1)\n", encoding="utf-8")
        self.assertEqual([n.name for n in choose.stale([paired.Paired(path)], [])], ["nb99_some"])
        said = check.problems(paired.Paired(path), [])
        self.assertIn("its outputs were made from other code, other pins or other data: run scripts/notebooks nb99_some", said)
        self.assertIn("its first cell asks for numpy==1.0, the environment has numpy None", said)
        self.assertIn("its .ipynb has other cells than its text: run scripts/notebooks --changed", said)

    def test_a_notebook_without_text_is_told(self):
        path = written(self.folder)
        path.with_name("nb98_lost.ipynb").write_text("{}", encoding="utf-8")
        self.assertEqual([stray.stem for stray in check.strays()], ["nb98_lost"])

    def test_the_log_keeps_what_did_not_run_this_time(self):
        notebooks = [paired.Paired(written(self.folder, name=name)) for name in ("nb98_a", "nb99_b")]
        with mock.patch.object(log, "LOG", self.folder / "NOTEBOOKS.md"), mock.patch.object(paired, "ROOT", self.folder):
            log.write(notebooks, {"nb98_a": 3.25, "nb99_b": 10.0})
            log.write(notebooks, {"nb99_b": 11.0})
            self.assertEqual(log.measured(), {"nb98_a": 3.2, "nb99_b": 11.0})


class Choice(unittest.TestCase):
    def test_the_rotation_comes_to_every_notebook(self):
        names = [f"nb{i:02}" for i in range(22)]
        turns = [choose.rotation(names, turn) for turn in range(8)]
        self.assertTrue(all(len(set(chosen)) == 3 for chosen in turns))
        self.assertEqual({name for chosen in turns for name in chosen}, set(names))
        self.assertEqual(choose.rotation(names[:2], 5), names[:2])


class Pins(unittest.TestCase):
    def environment(self, have):
        """One whose index has these pins only; `asked` are the installs it was asked for."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.enterContext(mock.patch.dict(os.environ, {"FERRY_NOTEBOOKS_ENV": f"{folder.name}/env"}))
        environment = pins.Environment(["good==1", "lost==2", "other==3"], say=lambda _: None)
        self.asked = []

        def uv(*arguments):
            wanted = [a for a in arguments if "==" in a]
            self.asked.append(wanted)
            lost = [pin for pin in wanted if pin not in have]
            said = f"  cause: Because there is no\n  version of {lost[0]} and you require it" if lost else ""
            return subprocess.CompletedProcess(arguments, 1 if lost else 0, "", said)

        environment.uv = uv
        environment.folder.mkdir()
        self.enterContext(mock.patch.object(subprocess, "run"))
        return environment

    def test_a_pin_that_is_gone_is_named_and_the_rest_is_installed(self):
        environment = self.environment(["good==1", "other==3"])
        self.assertEqual(environment.build(), ["lost==2"])
        self.assertEqual(self.asked[-1], ["good==1", "other==3"])
        self.assertEqual((environment.ready(), environment.gone()), (True, ["lost==2"]), "and remembered")

    def test_an_index_that_has_nothing_is_no_environment(self):
        with self.assertRaisesRegex(RuntimeError, "almost none of the pins"):
            self.environment(["good==1"]).build()

    def test_comments_are_no_pins(self):
        self.assertEqual(pins.read("# a\nb==2  # why\n\na==1 ; sys_platform == 'linux'\n"), ["a==1 ; sys_platform == 'linux'", "b==2"])
        self.assertEqual(pins.versions(["a==1 ; sys_platform == 'linux'"]), {"a": "1"})


class FirstCell(unittest.TestCase):
    """What a learner sees who lacks something."""

    def said(self, needs="{}", data="[]", before="", **env):
        code = f"{before}\nNEEDS = {needs}\nDATA = {data}\n{check.GUARD}\n"
        answer = subprocess.run([sys.executable, "-c", code], env=dict(os.environ, **env), text=True, capture_output=True)
        self.assertEqual(bool(answer.returncode), bool(answer.stderr))
        return answer.stderr

    def test_nothing_is_said_when_nothing_is_missing(self):
        self.assertEqual(self.said("{'json': 'json==1'}"), "")

    def test_missing_packages_come_with_the_line_that_installs_them(self):
        said = self.said("{'nowhere_a': 'a==1', 'nowhere_b': 'b==2', 'nowhere_c': '--no-deps c==3'}")
        self.assertIn("%pip install a==1 b==2\n", said)
        self.assertIn("%pip install --no-deps c==3\n", said)

    def test_an_old_python_a_missing_file_a_wrong_scale_and_a_long_path_are_told(self):
        self.assertIn("Python is older than 3.11", self.said(before="import sys; sys.version_info = (3, 9, 1)"))
        self.assertIn("The file 02-x/gone.csv is missing: download it", self.said(data="['02-x/gone.csv']"))
        self.assertIn("COURSE_SCALE is 'huge': set it to tiny", self.said(COURSE_SCALE="huge"))
        windows = "import os, pathlib; pathlib.Path.cwd = staticmethod(lambda: 200 * 'x'); os.name = 'nt'"
        self.assertIn("too long for Windows", self.said(before=windows))

    def test_a_gpu_that_is_not_there_is_told(self):
        fake = "import sys, types, importlib.machinery as m; t = types.ModuleType('torch'); t.__spec__ = m.ModuleSpec('torch', None)\n"
        fake += "t.cuda = types.SimpleNamespace(is_available=lambda: False); sys.modules['torch'] = t"
        self.assertIn("PyTorch finds no GPU", self.said("{'torch': 'torch==1'}", before=fake, COURSE_SCALE="gpu"))


if __name__ == "__main__":
    unittest.main()
