"""Run `flask` and `briefs` in forks of one process that has already imported the project.

A short command spends most of its time on imports. A fork needs no imports, but is still a separate process
with its own arguments, environment, folder and standard streams.

`running_command_server` starts the process with `python -m tests.support.programs.command_server SOCKET`,
and writes programs that ask it to run a command.
"""

import gc
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.cli import main as flask

# Each command loads the application, but its modules are imported only here.
import api.app  # noqa: F401
from seeds.briefs_command import briefs

ROOT = Path(__file__).parents[3]
COMMANDS: dict[str, Callable[[], object]] = {"flask": flask, "briefs": briefs}
STREAMS = (0, 1, 2)
# A program of the standard library only, without site packages, so that it starts in a few milliseconds.
PROGRAM = """#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [b" "], {streams})
    server.sendall(json.dumps([{name!r}, sys.argv[1:], os.getcwd(), dict(os.environ)]).encode())
    server.shutdown(socket.SHUT_WR)
    sys.exit(int(server.recv(8) or 1))
"""


@contextmanager
def running_command_server(folder: Path) -> Iterator[Path]:
    """Start a server process that runs each command in a fork, and yield `folder`.

    The programs `flask` and `briefs` are written to `folder`. They send their command to the server process.
    """
    address = folder / "socket"
    for name in COMMANDS:
        path = folder / name
        path.write_text(
            PROGRAM.format(python=sys.executable, address=str(address), streams=STREAMS, name=name)
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    command = [sys.executable, "-m", __name__, str(address)]
    # A fork of a process with several threads is unsafe, and numpy would start some.
    environ = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"
            yield folder
        finally:
            process.kill()


def serve(address: str) -> None:
    """Run each command that is requested at `address` in a fork of this process. Never return.

    `address` is the path of a Unix socket.
    """
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        # Without this, a garbage collection in a fork would copy the memory of all objects.
        gc.freeze()
        print("ready", flush=True)
        while True:
            client, _ = listener.accept()
            with client:
                if os.fork() == 0:
                    listener.close()
                    # The cleanup of the interpreter would copy all memory that the fork shares.
                    os._exit(run_command(client))
            _collect_ended_forks()


def run_command(client: socket.socket) -> int:
    """Run the command that `client` requests, with the standard streams of `client`.

    Send the exit status to `client`, and return it.
    """
    _, streams, _, _ = socket.recv_fds(client, 1, len(STREAMS))
    name, arguments, folder, environ = json.loads(b"".join(iter(lambda: client.recv(65536), b"")))
    for given, standard in zip(streams, STREAMS, strict=True):
        os.dup2(given, standard)
        os.close(given)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.argv = [name, *arguments]
    status = 0
    try:
        COMMANDS[name]()
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
        status = int(error.code) if isinstance(error.code, int) else int(bool(error.code))
    sys.stdout.flush()
    sys.stderr.flush()
    client.sendall(str(status).encode())
    return status


def _collect_ended_forks() -> None:
    """Reap the child processes that have ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


if __name__ == "__main__":
    serve(sys.argv[1])
