"""A PostgreSQL server of the tests' own: on a free port, in a folder that goes with it."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path


def programs():
    """The folder with `initdb` and `pg_ctl`, or none. Debian keeps them off the path."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).parent] if on_path else []
    folders += sorted((p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")), reverse=True)
    folders += sorted((p.parent for p in Path("/").glob("usr/pgsql-*/bin/initdb")), reverse=True)
    return folders[0] if folders else None


@contextmanager
def server(port):
    """Runs one; gives the address of its database."""
    folder = Path(tempfile.mkdtemp(prefix="ferry-peers-pg-"))
    try:
        # PostgreSQL refuses to run as root.
        user = unprivileged() if os.getuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        run(user, "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync", "-D", data)
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=50"
        run(user, "pg_ctl", "start", "-w", "-t", "60", "-s", "-D", data, "-l", folder / "log", "-o", options)
        try:
            yield f"postgres://postgres@127.0.0.1:{port}/postgres"
        finally:
            run(user, "pg_ctl", "stop", "-m", "immediate", "-s", "-D", data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged():
    """Whom the server runs as when we are root."""
    known = {person.pw_name for person in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)


def run(user, program, *arguments):
    """Without our pipes: a daemon that kept them would keep pytest waiting."""
    as_user = ["runuser", "-u", user, "--"] if user else []
    command = [*as_user, str(programs() / program), *map(str, arguments)]
    with tempfile.TemporaryFile() as log:
        done = subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=120)
        log.seek(0)
        assert done.returncode == 0, f"{program} ended with {done.returncode}:\n{log.read().decode(errors='replace')}"
