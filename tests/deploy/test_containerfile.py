"""The container file: hadolint finds nothing, and our own rules hold where hadolint is not at hand."""

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from io import BytesIO
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser
from typer.main import get_command

from bot.commandline.app import app

ROOT = Path(__file__).parents[2]
CONTAINERFILE = ROOT / "deploy" / "Containerfile"


def faults(text):
    """What is wrong with a container file, by hadolint's numbers where it has one."""
    steps = DockerfileParser(fileobj=BytesIO(text.encode())).structure
    steps = [step for step in steps if step["instruction"] != "COMMENT"]
    named = {step["value"].split()[-1] for step in steps if re.search(r" as \w+$", step["value"], re.IGNORECASE)}
    last = max((place for place, step in enumerate(steps) if step["instruction"] == "FROM"), default=0)
    final = {step["instruction"]: step["value"] for step in steps[last:]}
    found = [fault for step in steps for fault in _faults_of(step["instruction"], step["value"], named)]
    if final.get("USER", "root").partition(":")[0] in {"root", "0"}:
        found.append("DL3002 the last user is root")
    if "HEALTHCHECK" not in final:
        found.append("no health check")
    return found


def _faults_of(instruction, value, named):
    match instruction:
        case "FROM":
            image = value.split()[0]
            tag = image.rpartition("/")[2].partition(":")[2]
            if image not in named and tag in {"", "latest"}:
                yield f"DL3006 DL3007 no fixed tag: {image}"
        case "ADD":
            yield "DL3020 ADD in place of COPY"
        case "CMD" | "ENTRYPOINT":
            if not _is_list(value):
                yield f"DL3025 {instruction} as a shell line"
        case "HEALTHCHECK":
            if not _is_list(value.partition("CMD ")[2]):
                yield "HEALTHCHECK as a shell line"
        case "RUN":
            yield from _faults_of_run(value)
        case "ENV" | "ARG":
            if re.search(r"token|password|secret|key", value, re.IGNORECASE):
                yield f"a secret in a layer: {value.partition('=')[0]}"
        case "COPY":
            if value.split()[0] in {".", "./"}:
                yield "COPY of the whole context"


def _faults_of_run(value):
    if "apt-get install" in value and not ("--no-install-recommends" in value and "rm -rf /var/lib/apt/lists" in value):
        yield "DL3009 DL3015 apt-get without cleaning up"
    if re.search(r"\bsudo\b", value):
        yield "DL3004 sudo"
    if re.search(r"(curl|wget)\b.*\|\s*(ba)?sh", value):
        yield "DL4006 a script from the network"


def _is_list(value):
    try:
        return isinstance(json.loads(value), list)
    except ValueError:
        return False


def test_our_rules_hold():
    assert faults(CONTAINERFILE.read_text()) == []


GOOD = 'FROM a:1 AS b\nRUN x\nFROM a:1\nCOPY --from=b /x /x\nUSER 7\nHEALTHCHECK CMD ["h"]\nCMD ["c"]\n'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("FROM a:1 AS", "FROM a AS", "DL3006"),
        ("FROM a:1 AS", "FROM a:latest AS", "DL3007"),
        ("USER 7", "USER root", "DL3002"),
        ("USER 7", "USER 0:0", "DL3002"),
        ("USER 7\n", "", "DL3002"),
        ('CMD ["c"]', "CMD c", "DL3025"),
        ('HEALTHCHECK CMD ["h"]', "HEALTHCHECK CMD h", "shell line"),
        ('HEALTHCHECK CMD ["h"]\n', "", "no health check"),
        ("RUN x", "RUN apt-get update && apt-get install -y x", "DL3009"),
        ("RUN x", "RUN curl y | sh", "DL4006"),
        ("COPY --from=b /x /x", "ADD http://x/y /y", "DL3020"),
        ("COPY --from=b /x /x", "COPY . /x", "whole context"),
        ("RUN x", "ENV DISCORD_TOKEN=x", "secret"),
    ],
)
def test_the_rules_find_what_they_are_for(old, new, fault):
    assert faults(GOOD) == []
    (found,) = faults(GOOD.replace(old, new))
    assert fault in found


def test_hadolint_finds_nothing():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent)) or shutil.which("hadolint")
    if hadolint is None:
        pytest.skip("hadolint is packaged for Linux on x86-64 only")
    checked = subprocess.run([hadolint, "--no-color", CONTAINERFILE], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


def test_its_commands_are_those_that_there_are():
    parser = DockerfileParser(fileobj=BytesIO(CONTAINERFILE.read_bytes()))
    values = {step["instruction"]: step["value"] for step in parser.structure}
    started, asked = json.loads(values["CMD"]), json.loads(values["HEALTHCHECK"].partition("CMD ")[2])
    assert started == ["folkmoot", "run", "--config", "/etc/folkmoot/config.toml"]
    assert asked == ["folkmoot", "health", "--config", "/etc/folkmoot/config.toml"]
    assert "health" in get_command(app).commands
    assert values["VOLUME"] == "/var/lib/folkmoot"


# --- what a build sees --------------------------------------------------------------------------------------------


def sent(path):
    """Whether a path of the repository is part of a build, by the last line of .dockerignore that fits."""
    inside = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        heads = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
        if any(fnmatch(head, pattern) for head in [*heads, *(parts if "**/" in line else ())]):
            inside = line.startswith("!")
    return inside


@pytest.mark.parametrize(
    "path",
    [
        "config.toml",
        "folkmoot.sqlite",
        "bot/folkmoot.sqlite-wal",
        ".git/config",
        ".venv/bin/python",
        "backups/x.sqlite",
        "tests/conftest.py",
        "models/training/train.py",
        "deploy/config.toml",
        "bot/__pycache__/app.pyc",
        "secrets.env",
    ],
)
def test_nothing_that_is_private_or_unneeded_gets_into_an_image(path):
    assert not sent(path)


def test_all_that_is_installed_does():
    needed = ["pyproject.toml", "README.md", "LICENSE", "NOTICE", "bot/app.py", "cogs/help/__init__.py"]
    shipped = [str(path.relative_to(ROOT)) for path in (ROOT / "models" / "attacks" / "weights").iterdir()]
    assert [path for path in needed + shipped if not sent(path)] == []
    assert shipped
