"""How the course's notebooks are run: the command is `scripts/notebooks`. Standard library only, but for `execute.py`."""
