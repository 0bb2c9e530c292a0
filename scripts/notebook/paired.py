"""A notebook as text: Jupytext's percent format, its header, and the hash that ties outputs to the code that made them."""

import ast
import hashlib
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ROOT / "content" / "modules"
BUDGETS = {"tiny": 60, "small-real": 180}       # CPU seconds
GUARD = "# -- the same in every notebook --"    # what stands below it in the first code cell is first_cell.py, to the letter


class Paired:
    """One notebook: `NAME.py`, what is made of it (`NAME.ipynb`), and its solutions."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.name = self.path.stem
        self.text = self.path.read_text(encoding="utf-8")
        self.header, self.cells = parse(self.text)

    @property
    def notebook(self):
        return self.path.with_suffix(".ipynb")

    @property
    def budget(self):
        return BUDGETS.get(self.header.get("budget"))

    @property
    def data(self):
        """The data files that the first code cell names: in the module's data folder or (`MODULE/NAME`) in another's."""
        return [_data(self.path, name) for name in self._first("DATA", [])]

    @property
    def needs(self):
        """What the first code cell asks for: {module: what pip gets}."""
        return self._first("NEEDS", {})

    @property
    def first_code(self):
        return next((source for kind, source in self.cells if kind == "code"), "")

    def _first(self, name, default):
        """The literal that the first code cell assigns to a name."""
        for node in ast.parse(self.first_code).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
                return ast.literal_eval(node.value)
        return default

    @property
    def asserts(self):
        trees = [ast.parse(source) for kind, source in self.cells if kind == "code"]
        return sum(isinstance(node, ast.Assert) for tree in trees for node in ast.walk(tree))

    def hash(self, pins):
        """Of the code, the pins and the data: what the stored outputs were made from. Prose may change without a new run."""
        whole = hashlib.sha256()
        parts = [source.encode() for kind, source in self.cells if kind == "code"] + ["\n".join(pins).encode()]
        parts += [path.read_bytes() if path.exists() else b"" for path in self.data]
        for part in parts:
            whole.update(b"%d:" % len(part) + part)
        return whole.hexdigest()

    def stored(self):
        """The notebook with its outputs, or nothing."""
        return json.loads(self.notebook.read_text(encoding="utf-8")) if self.notebook.exists() else {}

    def reworded(self):
        """The stored notebook with the prose of today's text, for one whose outputs are of today's code."""
        stored, short = self.stored(), self.name.partition("_")[0]
        ran = iter([cell for cell in stored["cells"] if cell["cell_type"] == "code"])
        cells = []
        for number, (kind, source) in enumerate(self.cells, 1):
            cell = next(ran) if kind == "code" else {"cell_type": "markdown", "metadata": {}}
            cells.append({**cell, "id": f"{short}-{number:02}", "source": source.splitlines(keepends=True)})
        return {**stored, "cells": cells}

    def is_worded(self):
        """Whether the stored cells are those of the text."""
        return [("".join(c["source"]), c["cell_type"]) for c in self.stored().get("cells", [])] == [(source, kind) for kind, source in self.cells]

    def stored_hash(self):
        return self.stored().get("metadata", {}).get("course", {}).get("hash")


def _data(path, name):
    module, _, file = name.rpartition("/")
    return (MODULES / module if module else path.parent.parent) / "data" / file


def parse(text):
    """(header, cells): the keys below `course:` in the header, and (kind, source) of each cell."""
    lines = text.replace("\r\n", "\n").split("\n")
    header = {}
    if lines[0] == "# ---":
        end = lines.index("# ---", 1)
        for line in lines[1:end]:
            if pair := re.fullmatch(r"#     (\w+): (.+)", line):
                header[pair[1]] = pair[2].strip()
        lines = lines[end + 1 :]
    cells = []
    for line in lines:
        if start := re.fullmatch(r"# %%(?: \[(markdown)\])?", line):
            cells.append((start[1] or "code", []))
        elif cells:
            cells[-1][1].append(line)
        elif line.strip():
            raise ValueError(f"a line before the first `# %%`: {line!r}")
    return header, [(kind, _source(kind, body)) for kind, body in cells]


def _source(kind, lines):
    if kind == "markdown":
        stray = [line for line in lines if line.strip() and not line.startswith("#")]
        if stray:
            raise ValueError(f"a line of a Markdown cell that does not begin with `#`: {stray[0]!r}")
        lines = [re.sub(r"^# ?", "", line) for line in lines]
    return "\n".join(lines).strip("\n")


def everything():
    """Every notebook of the course, in order of its name."""
    return sorted((Paired(path) for path in MODULES.glob("*/notebooks/nb*.py") if not path.stem.endswith("_solutions")), key=lambda n: n.name)


def outputs(stored):
    """What a stored notebook printed, cell after cell."""
    for cell in stored.get("cells", []):
        for output in cell.get("outputs", []):
            yield "".join(output.get("text", []))


def toy_result(stored):
    """The line in which a notebook says what came out."""
    lines = [line for text in outputs(stored) for line in text.splitlines() if line.startswith("toy result: ")]
    return lines[-1].removeprefix("toy result: ") if lines else ""
