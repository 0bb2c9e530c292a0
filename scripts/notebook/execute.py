"""Runs one notebook in the pinned environment and writes it with its outputs. usage: python execute.py NAME.py OUT.ipynb HASH

Prints one line of JSON: the CPU seconds, and the error if there is one.
"""

import json
import os
import pathlib
import re
import resource
import sys
import tempfile

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from notebook import paired  # noqa: E402

# The kernel's own connections do not pass through Python's sockets, so this cuts a notebook off from the network and nothing else.
OFFLINE = """
import socket
def _offline(*_, **__):
    raise OSError("notebooks run offline: no cell may need the network")
socket.getaddrinfo = socket.create_connection = _offline
"""
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "pygments_lexer": "ipython3"}


def made_of(source):
    """The notebook without outputs. Cells have ids that stay, so that a change of one cell is a small diff."""
    short = source.name.partition("_")[0]
    cells = []
    for number, (kind, text) in enumerate(source.cells, 1):
        cell = new_code_cell(text) if kind == "code" else new_markdown_cell(text)
        cell.id = f"{short}-{number:02}"
        cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": LANGUAGE})


def run(notebook, folder, seconds):
    """Executes it in place; returns what went wrong, or nothing."""
    notebook.cells.insert(0, new_code_cell(OFFLINE))
    client = NotebookClient(notebook, timeout=seconds, kernel_name="python3", record_timing=False, resources={"metadata": {"path": str(folder)}})
    error = None
    try:
        client.execute()
    except CellExecutionError as failed:
        error = re.sub(r"\x1b\[[0-9;]*m", "", str(failed))
    except Exception as failed:  # a kernel that died, a cell that took too long
        error = f"{type(failed).__name__}: {failed}"
    del notebook.cells[0]
    return error


def clean(notebook):
    """Takes out what differs from run to run: counts of the hidden cell, warnings and progress, HTML."""
    count = 0
    for cell in notebook.cells:
        cell.metadata.clear()
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        kept = []
        for output in cell.outputs:
            if output.output_type == "stream":
                if output.name == "stderr":
                    continue
                if kept and kept[-1].output_type == "stream":
                    kept[-1].text += output.text
                    continue
            elif "data" in output:
                output.data.pop("text/html", None)
                output.metadata.clear()
            if output.get("execution_count"):
                output.execution_count = count
            kept.append(output)
        cell.outputs = kept
    notebook.metadata["language_info"] = LANGUAGE


def private_paths(notebook):
    """Paths of this machine in the outputs."""
    text = json.dumps([cell.get("outputs", []) for cell in notebook.cells])
    places = [str(paired.ROOT), str(pathlib.Path.home()) + os.sep, sys.prefix, tempfile.gettempdir() + os.sep, "site-packages"]
    return [place for place in places if place in text]


def main(source, out, stamp):
    source = paired.Paired(source)
    notebook = made_of(source)
    error = run(notebook, source.path.parent, source.budget * 4)
    clean(notebook)
    if not error and (places := private_paths(notebook)):
        error = f"its output shows paths of this machine: {', '.join(places)}"
    notebook.metadata["course"] = {"budget": source.header["budget"], "hash": stamp}
    nbformat.validate(notebook)
    nbformat.write(notebook, out)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "error": error}))


if __name__ == "__main__":
    main(*sys.argv[1:])
