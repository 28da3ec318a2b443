"""A PostgreSQL server of the tests' own."""

import os
import pathlib
import shutil
import subprocess
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of our own, on a socket in a folder of its own; it goes with the test."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    path = os.pathsep.join([*map(str, reversed(found)), os.environ["PATH"]])
    if shutil.which("initdb", path=path) is None:
        pytest.skip("PostgreSQL is not installed; `apt-get install postgresql` brings it")
    folder = tmp_path_factory.mktemp("postgresql")
    environment = {**os.environ, "PATH": path}
    # The server refuses to run as root.
    as_user: list[str] = []
    if os.getuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        for parent in [folder, *folder.parents][:3]:
            parent.chmod(0o755)
        shutil.chown(folder, "postgres", "postgres")

    def run(*command: str) -> None:
        subprocess.run([*as_user, "env", f"PATH={path}", *command], env=environment, cwd=folder, check=True)

    run("initdb", "--pgdata", f"{folder}/data", "--auth", "trust", "--no-sync", "--username", "shop")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
    run("pg_ctl", "start", "--wait", "--pgdata", f"{folder}/data", "--log", f"{folder}/log", "--options", options)
    try:
        yield f"host={folder} user=shop dbname=postgres"
    finally:
        run("pg_ctl", "stop", "--pgdata", f"{folder}/data", "--mode", "immediate")
