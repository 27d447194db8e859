"""Tests of the systemd units: they are valid and hardened, and a restart with a socket loses no request."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from api.config import read_settings
from tests.conftest import seeded_copy
from tests.support.server import ROOT, Server, clean_environ, is_answering, running_process

UNITS = ROOT / "deploy" / "systemd"
SERVICES = ("briefs.service", "briefs-load.service", "briefs-backup.service")
# The exposure that `systemd-analyze security` computes, from 0 to 10, times ten.
MAX_EXPOSURE = 15
INSTALLED = "/opt/briefs"
# How systemd hands a listening socket to a service (sd_listen_fds), in bash.
AS_SYSTEMD = 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@" 3<&{fd}'

needs_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed (on Debian: systemd)"
)


class Unit(ConfigParser):
    """A systemd unit file. If a key occurs several times, the last value counts."""

    def __init__(self, name: str) -> None:
        super().__init__(strict=False, interpolation=None)
        self.read(UNITS / name, encoding="utf-8")

    def optionxform(self, optionstr: str) -> str:
        """Return `optionstr` unchanged, because the names of options are case-sensitive."""
        return optionstr


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Return a folder with the units, whose paths lead to this repository and its virtual environment."""
    scripts = sysconfig.get_path("scripts")
    for unit in UNITS.iterdir():
        text = unit.read_text(encoding="utf-8").replace(f"{INSTALLED}/.venv/bin", scripts)
        text = text.replace(INSTALLED, str(ROOT))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    return tmp_path


def systemd_analyze(units: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"}
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@needs_systemd
def test_systemd_accepts_the_units(units: Path) -> None:
    checked = systemd_analyze(units, "verify", "--man=no", *map(str, units.iterdir()))
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_systemd_finds_the_services_hardened(service: str, units: Path) -> None:
    path = str(units / service)
    checked = systemd_analyze(units, "security", "--offline=yes", f"--threshold={MAX_EXPOSURE}", path)
    assert checked.returncode == 0, checked.stdout


def test_all_services_have_the_same_user_and_hardening() -> None:
    web, *others = ((UNITS / name).read_text(encoding="utf-8") for name in SERVICES)
    hardening = re.search(r"^ProtectSystem=.*?(?=\n\n|\Z)", web, re.MULTILINE | re.DOTALL)
    user = re.search(r"^User=.*?(?=^ExecStart)", web, re.MULTILINE | re.DOTALL)
    assert hardening
    assert user
    for other in others:
        assert hardening[0].strip() in other
        assert user[0] in other


def test_the_example_of_the_environment_file_has_valid_settings(tmp_path: Path) -> None:
    text = (ROOT / "deploy" / "briefs.env").read_text(encoding="utf-8")
    # The lines that are commented out are examples too.
    (tmp_path / "all").write_text(re.sub(r"^#(?=\w+=)", "", text, flags=re.MULTILINE))
    script = f"set -a; . {tmp_path}/all; env -0"
    printed = subprocess.run(["sh", "-c", script], env={}, capture_output=True, text=True, check=True).stdout
    environ = dict(line.split("=", 1) for line in printed.split("\0") if line)
    settings = read_settings(environ, "instance")
    assert settings.database_url.startswith("postgresql+psycopg://")
    assert settings.trusted_proxies
    unit = Unit("briefs.service")
    assert unit["Service"]["EnvironmentFile"] == "-/etc/briefs/briefs.env"


def test_commands_of_the_units_exist() -> None:
    for name in SERVICES:
        program, *_ = Unit(name)["Service"]["ExecStart"].split()
        relative = Path(program).relative_to(INSTALLED)
        assert relative.parts[0] == ".venv" or os.access(ROOT / relative, os.X_OK)
    assert Unit("briefs.service")["Service"]["ExecReload"] == "/bin/kill -s HUP $MAINPID"
    # systemd runs the commands in order, and stops after one that fails.
    lines = (UNITS / "briefs.service").read_text(encoding="utf-8").splitlines()
    reload, *_ = [line for line in lines if line.startswith("ExecReload=")]
    assert reload == f"ExecReload={INSTALLED}/.venv/bin/briefs check"


@contextmanager
def started_by_systemd(listener: socket.socket, database: str, folder: Path) -> Iterator[Server]:
    """Run ExecStart of briefs.service with the socket `listener`, and yield the server when it answers."""
    folder.mkdir()
    program = Unit("briefs.service")["Service"]["ExecStart"]
    command = program.replace(f"{INSTALLED}/.venv/bin", str(Path(sys.executable).parent)).split()
    activated = ["bash", "-c", AS_SYSTEMD.format(fd=listener.fileno()), "bash", *command]
    environ = clean_environ({"DATABASE_URL": database, "BRIEFS_BIND": "127.0.0.1:1", "BRIEFS_WORKERS": "1"})
    with running_process(activated, folder, environ, ROOT, pass_fds=[listener.fileno()]) as server:
        server.wait_until("an answer", lambda: is_answering(server))
        yield server


def test_a_restart_with_the_socket_unit_loses_no_request(sqlite_template: Path, tmp_path: Path) -> None:
    database = seeded_copy(sqlite_template, tmp_path)
    is_done = Event()

    def ask_repeatedly(server: Server) -> list[int]:
        statuses = []
        while not is_done.is_set():
            statuses.append(server.get("/v1/articles").status)
        return statuses

    with (
        socket.create_server(("127.0.0.1", 0), backlog=128) as listener,
        ThreadPoolExecutor(4) as clients,
    ):
        with started_by_systemd(listener, database, tmp_path / "before") as before:
            answers = [clients.submit(ask_repeatedly, before) for _ in range(4)]
            before.signal(signal.SIGTERM)
            assert before.wait() == 0
        with started_by_systemd(listener, database, tmp_path / "after") as after:
            assert after.port == before.port == listener.getsockname()[1]
            is_done.set()
            assert {status for answer in answers for status in answer.result()} == {200}
