"""Run the steps of a Containerfile in a folder of this machine, without a container runtime."""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

# Instructions that run nothing and only describe the image.
DESCRIPTIVE_NAMES = {"VOLUME", "EXPOSE", "STOPSIGNAL", "CMD", "ENTRYPOINT", "HEALTHCHECK", "LABEL"}


class Instruction(NamedTuple):
    """An instruction of a Containerfile: its name, such as `WORKDIR`, and the text after the name."""

    name: str
    text: str


@dataclass
class Image:
    """An image that a Containerfile describes, as a folder of this machine.

    Attributes:
        root: The folder with the files of the image.
        environ: The environment variables that `ENV` sets.
        folder: The working directory in the image.
        user: The user that runs the process.
        descriptions: The texts of the instructions that have no effect on the files, such as `CMD`, by name.
    """

    root: Path
    environ: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    user: str = ""
    descriptions: dict[str, str] = field(default_factory=dict)

    def path(self, path: str) -> Path:
        """Return the path on this machine of the file that has the path `path` in the image."""
        return self.root / os.path.join(self.folder, path).lstrip("/")  # noqa: PTH118

    def with_local_paths(self, text: str) -> str:
        """Return `text` with paths of the image replaced with the corresponding paths on this machine.

        The paths of the image begin with `/srv/` or `/var/lib/`.
        """
        return text.replace("/srv/", f"{self.root}/srv/").replace("/var/lib/", f"{self.root}/var/lib/")

    def run(self, command: list[str], environ: Mapping[str, str]) -> str:
        """Run `command` in the working directory of the image, and return its standard output."""
        local_command = [str(self.path(command[0])) if "/" in command[0] else command[0], *command[1:]]
        done = subprocess.run(
            local_command,
            cwd=self.path("."),
            env={**environ, **self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def instructions_of(path: Path) -> Iterator[Instruction]:
    """Yield the instructions of the Containerfile at `path`."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, rest = line.partition(" ")
            yield Instruction(name, " ".join(rest.split()))


def build(path: Path, context: Path, root: Path, environ: Mapping[str, str]) -> Image:
    """Run the Containerfile at `path`, and return the image of its last stage.

    `FROM` begins a stage with an empty folder, in which `python` is the Python of this process. All stages
    use the same folder `root`, since virtual environments contain their absolute path. `RUN` can use only
    relative paths.

    Args:
        path: The Containerfile.
        context: The folder from which `COPY` takes files.
        root: The folder for the files of the image. It must not exist.
        environ: The environment of the commands.
    """
    image, stage, stages = Image(root), "", dict[str, Path]()
    for name, text in instructions_of(path):
        if name == "FROM":
            if root.exists():
                stages[stage] = root.with_name(f"{root.name}.{stage}")
                root.rename(stages[stage])
            root.mkdir()
            image, stage = Image(root), text.partition(" AS ")[2]
        elif name == "WORKDIR":
            image.folder = text
            image.path(".").mkdir(parents=True, exist_ok=True)
        elif name == "RUN":
            python = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"}
            image.run(["sh", "-c", text], {**environ, **python})
        elif name == "COPY":
            _copy(image, text, context, stages)
        elif name == "ENV":
            values = dict(each.split("=", 1) for each in shlex.split(text))
            image.environ |= {
                key: image.with_local_paths(value).replace("$PATH", environ["PATH"])
                for key, value in values.items()
            }
        elif name == "USER":
            image.user = text
        else:
            assert name in DESCRIPTIVE_NAMES, name
            image.descriptions[name] = text
    return image


def _copy(image: Image, text: str, context: Path, stages: Mapping[str, Path]) -> None:
    *words, target = text.split()
    options = dict(word.removeprefix("--").split("=") for word in words if word.startswith("--"))
    sources = [word for word in words if not word.startswith("--")]
    assert set(options) <= {"from", "chown"}
    for source in sources:
        origin = stages[options["from"]] / source.lstrip("/") if "from" in options else context / source
        place = image.path(target)
        if origin.is_dir():
            ignored = shutil.ignore_patterns("__pycache__") if "from" not in options else None
            shutil.copytree(origin, place, symlinks=True, ignore=ignored, dirs_exist_ok=True)
        else:
            place = place / origin.name if target.endswith("/") else place
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(origin, place)
