"""Tests of the Containerfile and the compose file, without a container runtime.

They check what the files contain, and run the build steps of the Containerfile in an empty folder.
"""

import fnmatch
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from api.config import read_settings
from tests.support.containerfile import build, instructions_of
from tests.support.server import ROOT, clean_environ, is_answering, running_process

CONTAINER = ROOT / "deploy" / "container"
CONTAINERFILE = CONTAINER / "Containerfile"
COMPOSE = CONTAINER / "compose.yaml"
# As in `${OWNER_PASSWORD:?}` and `${WORKERS:-2}`.
VARIABLE = re.compile(r"\$\{(?P<name>\w+):(?:\?|-(?P<default>[^}]*))\}")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """Return the parsed compose file. The text `secret` replaces each variable without a default."""
    text = VARIABLE.sub(lambda found: found["default"] or "secret", COMPOSE.read_text(encoding="utf-8"))
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def image_names(compose: dict[str, Any]) -> list[str]:
    from_lines = [each.text.split()[0] for each in instructions_of(CONTAINERFILE) if each.name == "FROM"]
    return [*from_lines, *(service["image"] for service in compose["services"].values())]


def test_image_names_have_a_version_and_no_host(compose: dict[str, Any]) -> None:
    own = {"briefs"}
    for name in set(image_names(compose)) - own:
        assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?(-slim)?", name), name


def test_the_image_runs_as_a_user_who_is_not_root() -> None:
    users = [each.text for each in instructions_of(CONTAINERFILE) if each.name == "USER"]
    assert len(users) == 1
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", users[0])


def test_the_build_context_contains_what_is_copied_and_nothing_else() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        source
        for each in instructions_of(CONTAINERFILE)
        if each.name == "COPY" and "--from" not in each.text
        for source in each.text.split()[:-1]
    }
    assert copied == allowed
    assert all((ROOT / name).exists() for name in copied)
    assert not any(fnmatch.fnmatch(".env", pattern) for pattern in allowed)


def test_settings_and_files_of_the_compose_file_exist(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        own = {**service.get("environment", {})} if service["image"] == "briefs" else {}
        read_settings({variable: str(value) for variable, value in own.items()}, "instance")
        for other in service.get("depends_on", {}):
            assert other in services, name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (CONTAINER / source).exists(), source
    assert services["web"]["environment"]["DATABASE_URL"].startswith("postgresql://briefs_web:")
    assert (ROOT / services["web"]["build"]["dockerfile"]).samefile(CONTAINERFILE)
    (network,) = compose["networks"]["default"]["ipam"]["config"]
    assert services["web"]["environment"]["BRIEFS_TRUSTED_PROXIES"] == network["subnet"]


def test_the_programs_of_the_image_have_no_write_access_and_no_rights(compose: dict[str, Any]) -> None:
    own = [service for service in compose["services"].values() if service["image"] == "briefs"]
    assert len(own) == 3
    for service in own:
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]


def files_below(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in folder.rglob("*")}


def test_nginx_gets_its_configuration_with_the_address_of_the_service(compose: dict[str, Any]) -> None:
    command = compose["services"]["nginx"]["command"][-1].partition(" > ")[0]
    script = command.replace("/briefs.conf", str(ROOT / "docs" / "nginx.conf"))
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.count("server web:8000 ") == 2
    assert "127.0.0.1:" not in done.stdout
    assert "access_log /dev/stdout briefs;" in done.stdout


@pytest.mark.slow
def test_the_steps_of_the_containerfile_make_a_service(compose: dict[str, Any], tmp_path: Path) -> None:
    pip = {name: text for name, text in os.environ.items() if name.startswith("PIP_")}
    image = build(CONTAINERFILE, ROOT, tmp_path / "image", clean_environ({"HOME": str(tmp_path), **pip}))
    before = files_below(image.path("."))
    # Here, unlike in a container, Python could write compiled modules beside the programs.
    environ = clean_environ({"PORT": "0", "PYTHONDONTWRITEBYTECODE": "1", **image.environ})
    image.run(compose["services"]["migrate"]["command"], environ)
    assert "1 created" in image.run(["briefs", "seed", "load", "seeds/documents"], environ)
    assert "18 created" in image.run(["briefs", "seed", "demo"], environ)
    command = orjson.loads(image.descriptions["CMD"])
    with running_process(command, tmp_path, environ, image.path(".")) as server:
        server.wait_until("an answer", lambda: is_answering(server))
        assert len(orjson.loads(server.get("/v1/articles").body)["data"]) == 19
        _, *health_check = compose["services"]["web"]["healthcheck"]["test"]
        image.run([word.replace("8000", str(server.port)) for word in health_check], environ)
    # The file system of the container is read-only, apart from the volume.
    assert files_below(image.path(".")) == before
