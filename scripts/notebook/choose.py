"""Which notebooks run: those whose outputs are of other code, those just changed, and some in rotation."""

import subprocess

from . import paired

ROTATION = 3


def stale(notebooks, pins):
    """Those whose stored hash is not that of their code, the pins and their data."""
    return [n for n in notebooks if n.stored_hash() != n.hash(pins)]


def changed(notebooks):
    """Those whose text or data the last commit changed, or that are changed and not committed."""
    files = set()
    for range_ in (["HEAD~1", "HEAD"], ["HEAD"]):
        command = ["git", "diff", "--name-only", *range_, "--", "content"]
        answer = subprocess.run(command, cwd=paired.ROOT, text=True, capture_output=True)
        files.update(answer.stdout.split())     # a first commit has no other before it: nothing
    return [n for n in notebooks if {path.relative_to(paired.ROOT).as_posix() for path in (n.path, *n.data)} & files]


def turn():
    """Counts up with each commit."""
    answer = subprocess.run(["git", "rev-list", "--count", "HEAD"], cwd=paired.ROOT, text=True, capture_output=True)
    return int(answer.stdout or 0)


def rotation(notebooks, turn, many=ROTATION):
    """So many, others each turn: after len / many turns each has run."""
    if many >= len(notebooks):
        return list(notebooks)
    start = turn * many
    return [notebooks[(start + i) % len(notebooks)] for i in range(many)]


def lane(notebooks, pins, turn):
    """What the lane of the tests runs, each once, in order."""
    names = {n.name for n in [*stale(notebooks, pins), *changed(notebooks), *rotation(notebooks, turn)]}
    return [n for n in notebooks if n.name in names]
