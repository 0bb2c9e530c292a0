"""docs/NOTEBOOKS.md: what the last full run of each notebook took and gave."""

import re

from . import paired

LOG = paired.ROOT / "docs" / "NOTEBOOKS.md"
HEAD = """# Notebooks

The course's notebooks, run by `scripts/notebooks` in the pinned environment of [notebooks/requirements.txt](../notebooks/requirements.txt): offline,
on a CPU, one thread. This file is written by that command; the CPU seconds are those of the last run that stored outputs, with the start of
Python and all imports. A notebook that needs more than its budget fails. The results are **toy results**: they show a mechanism.

`tests/run notebooks` runs those whose code changed and three in rotation. With an empty cache, the environment of 5 GB included, it took 239 s for
three notebooks on two cores that were busy with other builds (November 2026).

| Notebook | CPU s | Budget | Asserts | Toy result |
|---|---:|---:|---:|---|
"""
ROW = re.compile(r"^\| \[(\w+)\]\([^)]*\) \| ([\d.]+) \|", re.M)


def measured():
    """{notebook: CPU seconds} of the log as it is."""
    text = LOG.read_text(encoding="utf-8") if LOG.exists() else ""
    return {name: float(seconds) for name, seconds in ROW.findall(text)}


def row(notebook, seconds):
    where = notebook.notebook.relative_to(paired.ROOT).as_posix()
    result = paired.toy_result(notebook.stored()).replace("|", "\\|")
    return f"| [{notebook.name}](../{where}) | {seconds:.1f} | {notebook.budget} | {notebook.asserts} | {result} |\n"


def write(notebooks, fresh):
    """Writes the log anew; `fresh` are the seconds just measured."""
    seconds = measured() | fresh
    LOG.write_text(HEAD + "".join(row(n, seconds[n.name]) for n in notebooks if n.name in seconds), encoding="utf-8")
