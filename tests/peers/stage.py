"""The two programs on stage, each on a port of its own: a platform, and ferry with a new database."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from browser import Browser

HERE = Path(__file__).resolve().parent
# Everything that should happen "soon" has happened after this, on a slow machine too.
SOON = float(os.environ.get("PEERS_SOON", "60"))


class Stage:
    """Starts, stops, kills and asks the two programs."""

    platform = platform_name = None  # its program is PLATFORM_platform.py

    def __init__(self, folder, database=None):
        """`database`: an address, where it is not the SQLite file of the folder."""
        self.folder, self.database = folder, database
        self.ferry_at, self.platform_at = (f"http://127.0.0.1:{port}" for port in free_ports(2))
        self.processes = {}
        self.config = None
        self.told = False

    # ---- on and off ----

    def set_up(self):
        """Both running, and known to each other."""
        self.start_platform()
        self.config = self.ask("/t/config")
        self.start_ferry()
        added = [f"--{name.replace('_', '-')}={self.config[name]}" for name in ("issuer", "client_id", "auth_url", "token_url", "jwks_url")]
        # Beside the running server, as an administrator would.
        self.ferry("platform", "add", *added, f"--deployment={self.config['deployment_id']}", f"--name={self.platform_name}")

    def start_platform(self):
        """With the database it had."""
        settings = {"PORT": self.platform_at.rsplit(":", 1)[1], "TOOL": self.ferry_at, "DIR": str(self.folder / self.platform)}
        env = {f"{self.platform.upper()}_{name}": value for name, value in settings.items()}
        self._start("platform", [sys.executable, "-B", str(HERE / f"{self.platform}_platform.py")], env, f"{self.platform_at}/t/state")

    def start_ferry(self):
        """With the database it had."""
        self._start("ferry", [os.environ["FERRY"], "serve"], self._ferry_settings(), f"{self.ferry_at}/readyz")

    def ferry(self, *arguments):
        """Runs a command of ferry and gives what it prints."""
        done = subprocess.run(
            [os.environ["FERRY"], *arguments],
            env=self._environment(self._ferry_settings()),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, f"ferry {' '.join(arguments)} answered {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def stop(self, name, how=signal.SIGTERM):
        """Ends a program and waits until it is gone. SIGKILL is the power cut."""
        process = self.processes.pop(name)
        process.send_signal(how)
        try:
            return process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{name} did not stop within 20 s of {how.name}") from None

    @contextmanager
    def platform_down(self):
        """Connections are refused meanwhile."""
        self.stop("platform")
        try:
            yield
        finally:
            self.start_platform()

    def tear_down(self):
        """Nothing stays behind."""
        for name in list(self.processes):
            self.stop(name)

    def _ferry_settings(self):
        return {
            "FERRY_LISTEN": self.ferry_at.removeprefix("http://"),
            "FERRY_PUBLIC_URL": self.ferry_at,
            "FERRY_ALLOW_HOSTS": self.platform_at.removeprefix("http://"),
            "FERRY_DATA_DIR": str(self.folder / "data"),
            "FERRY_LOG": "info,courseferry=debug",
        } | ({"FERRY_DATABASE_URL": self.database} if self.database else {})

    def _environment(self, settings):
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("FERRY_", "EDX_", "OPENLEARNING_"))}
        return mine | settings

    def _start(self, name, command, settings, ready):
        log = (self.folder / f"{name}.log").open("ab")
        process = subprocess.Popen(command, env=self._environment(settings), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        self.processes[name] = process

        def answers():
            assert process.poll() is None, f"{name} ended with {process.returncode}:\n{self.log(name)}"
            try:
                with DIRECT.open(ready, timeout=5) as response:
                    return response.status == 200
            except OSError:
                return False

        until(answers, f"{name} is ready")

    def log(self, name, lines=60):
        """The last lines a program wrote."""
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    # ---- people ----

    def open(self, link="by-custom", user=2, browser=None, **more):
        """Presses a link in the course; the whole dance up to the page it opens."""
        browser = browser or Browser(self.platform_at)
        browser.page = None
        return browser, browser.press(self.begin(browser, link=link, user=user, **more))

    def begin(self, browser, **ask):
        """The dance up to the form that the platform's page would post to the tool by script."""
        path = "/t/launch-1p1" if ask.get("link", "").startswith("old-") else "/t/launch"
        page = browser.get(f"{self.platform_at}{path}?{urlencode(ask)}")
        assert page.status == 200, f"no launch form but {page!r}"
        return page.one("//form[@id='lti-launch']")

    # ---- the platform's side ----

    def ask(self, path):
        """JSON of the platform's test addresses."""
        with DIRECT.open(self.platform_at + path, timeout=30) as response:
            return json.load(response)

    def score(self, user, link="by-custom"):
        """The score that the LTI package keeps; None if there is none. More than one fails."""
        found = [s for s in self.ask("/t/state")["scores"] if (s["user"], s["link"]) == (external_id(user), link)]
        assert len(found) <= 1, found
        return found[0] if found else None

    def grades(self, user, link="by-custom"):
        """What was published to the course's grade book, in percent, one entry a message."""
        book = self.ask("/t/state")["grade_book"]
        return [round(100 * g["grade"], 2) for g in book if (g["user"], g["link"]) == (external_id(user), link)]

    def arrives(self, grades, user, link="by-custom"):
        """Waits until the course's grade book holds these grades for the learner, one message each."""
        until(lambda: self.grades(user, link) == grades, lambda: f"{grades} reach the grade book, which has {self.grades(user, link)}")
        score = self.score(user, link)
        assert round(100 * score["given"] / score["maximum"], 2) == grades[-1], score
        assert (score["activity"], score["grading"]) == ("Completed", "FullyGraded"), score


class Edx(Stage):
    """Open edX's LTI consumer, 1.3 and 1.1."""

    platform, platform_name = "edx", "Open edX"

    def set_up(self):
        """With a consumer key for the links of LTI 1.1."""
        super().set_up()
        handed = Path(self.ferry("platform", "add-v1p1", "--name=Open edX, old links").strip()).read_text(encoding="utf-8")
        self.passport = dict(re.split(r"  +", line) for line in handed.splitlines())
        query = urlencode({"key": self.passport["Consumer key"], "secret": self.passport["Shared secret"]})
        DIRECT.open(f"{self.platform_at}/t/key?{query}", timeout=30).close()


class OpenLearning(Stage):
    """`lti1p3platform`, which speaks another dialect."""

    platform, platform_name = "openlearning", "OpenLearning"


PLATFORMS = {stage.platform: stage for stage in (Edx, OpenLearning)}


def external_id(person_id):
    """As the platforms' programs make it."""
    return f"ext-{person_id:08d}"


# A proxy in the environment has no business on this machine's own ports.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def until(happened, what, seconds=SOON):
    """Waits for something; `what` says for what, as a text or a function that gives one."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            raise AssertionError(f"after {seconds:.0f} s still waiting until {what() if callable(what) else what}")
        time.sleep(0.1)


def free_ports(count):
    """Ports nobody listens on."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports
