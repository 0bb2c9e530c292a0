"""What holds of every notebook, told without running it: standard library only."""

import re

from . import log, paired, pins

GUARD = (paired.ROOT / "scripts" / "notebook" / "first_cell.py").read_text(encoding="utf-8").strip()


def problems(notebook, all_pins):
    """Everything wrong with one notebook."""
    found = []
    stored = notebook.stored()
    if notebook.budget is None:
        found.append(f"its header has no budget: one of {', '.join(paired.BUDGETS)}")
    if notebook.stored_hash() != notebook.hash(all_pins):
        found.append(f"its outputs were made from other code, other pins or other data: run scripts/notebooks {notebook.name}")
    if stored and not notebook.is_worded():
        found.append("its .ipynb has other cells than its text: run scripts/notebooks --changed")
    if any(output["output_type"] == "error" for cell in stored.get("cells", []) for output in cell.get("outputs", [])):
        found.append("a stored output is an error")
    if stored and not paired.toy_result(stored):
        found.append("no output begins with `toy result: `")
    if stored and not "".join(paired.outputs(stored)).endswith("all checks passed\n"):
        found.append("the last cell does not print `all checks passed`")
    if not notebook.asserts:
        found.append("it asserts nothing")
    if notebook.first_code.partition(paired.GUARD)[2].strip() != GUARD:
        found.append("its first code cell does not end with scripts/notebook/first_cell.py")
    known = pins.versions(all_pins)
    for need in notebook.needs.values():
        name, _, version = need.removeprefix("--no-deps ").partition("==")
        if known.get(name) != version:
            found.append(f"its first cell asks for {need}, the environment has {name} {known.get(name)}")
    found += [f"there is no data file {path.name}" for path in notebook.data if not path.exists()]
    exercises = notebook.text.partition("# ## Exercises")[2]
    if len(re.findall(r"^# \d\. ", exercises, re.M)) < 3:
        found.append("it has fewer than three exercises")
    if not any(notebook.path.with_name(f"{notebook.name}_solutions{end}").exists() for end in (".md", ".py")):
        found.append("its exercises have no solutions beside it")
    if notebook.name not in log.measured():
        found.append("docs/NOTEBOOKS.md does not have it")
    elif log.measured()[notebook.name] > notebook.budget:
        found.append("docs/NOTEBOOKS.md says that it needs more than its budget")
    return found


def strays():
    """Notebooks that no text makes."""
    return [path for path in paired.MODULES.glob("*/notebooks/*.ipynb") if not path.with_suffix(".py").exists()]


def all_problems():
    """(notebook's name, problem) of all."""
    all_pins = pins.read()
    found = [(n.name, problem) for n in paired.everything() for problem in problems(n, all_pins)]
    return found + [(path.stem, "no text beside it makes it") for path in strays()]
