"""The units: every directive is one that systemd knows, every protection is there, and systemd itself agrees."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from bot.commandline.app import app
from bot.config import load_config, secret
from bot.errors import ConfigError, DataError
from bot.loading.settings import section_models

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = ["folkmoot.service", "folkmoot-backup.service", "folkmoot-backup.timer"]
SERVICES = UNITS[:2]
LISTS = {"SystemCallFilter", "Environment", "LoadCredential"}
"""Directives that may stand more than once."""

PROTECTIONS = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "DevicePolicy": "closed",
    "PrivateUsers": "yes",
    "ProtectClock": "yes",
    "ProtectControlGroups": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectProc": "invisible",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RestrictNamespaces": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
}


def read(text):
    """A unit as section to directive to values; anything that systemd would pass over in silence is an error."""
    known, section, found = known_directives(), None, {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = heading[1]
            assert section in known, f"line {number}: no section {section}"
            assert section not in found, f"line {number}: a second [{section}]"
            found[section] = {}
            continue
        directive = re.fullmatch(r"(\w+)=(.*)", line)
        assert directive, f"line {number}: neither section nor directive: {line}"
        assert section, f"line {number} stands above every section"
        name, value = directive.groups()
        assert name in known[section], f"line {number}: [{section}] knows no {name}"
        assert value == value.strip(), f"line {number}: white space around the value"
        if known[section][name] == "BOOLEAN":
            assert value in {"yes", "no"}, f"line {number}: {name} is yes or no"
        assert name in LISTS or name not in found[section], f"line {number}: {name} stands twice"
        found[section].setdefault(name, []).append(value)
    return found


def known_directives():
    known = {}
    for line in (Path(__file__).parent / "systemd-252.txt").read_text().splitlines():
        if line.startswith("["):
            known[line.strip("[]")] = section = {}
        elif not line.startswith("#"):
            name, _, kind = line.partition("=")
            section[name] = kind
    return known


def unit(name):
    return read((DEPLOY / name).read_text())


def one(name, section, directive):
    (value,) = unit(name)[section][directive]
    return value


@pytest.mark.parametrize("name", UNITS)
def test_systemd_knows_every_directive(name):
    assert unit(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[Service]\nNoNewPriviliges=yes", "knows no NoNewPriviliges"),
        ("[Unit]\nNoNewPrivileges=yes", "knows no NoNewPrivileges"),
        ("[Servce]\n", "no section Servce"),
        ("[Service]\nNoNewPrivileges=maybe", "is yes or no"),
        ("[Service]\nUser=a\nUser=b", "stands twice"),
        ("User=a", "above every section"),
        ("[Service]\nUser", "neither section nor directive"),
    ],
)
def test_the_reader_finds_mistakes(text, words):
    with pytest.raises(AssertionError, match=words):
        read(text)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_nearly_nothing(name):
    service = unit(name)["Service"]
    assert {directive: service.get(directive) for directive in PROTECTIONS} == {
        directive: [value] for directive, value in PROTECTIONS.items()
    }
    assert service["User"] == ["folkmoot"]
    assert service["SystemCallFilter"][:2] == ["@system-service", "~@privileged @resources"]
    assert not any("root" in value for values in service.values() for value in values)


def test_a_backup_has_no_network():
    assert one("folkmoot-backup.service", "Service", "PrivateNetwork") == "yes"
    assert one("folkmoot-backup.service", "Service", "RestrictAddressFamilies") == "AF_UNIX"


def test_the_bot_is_watched_and_comes_back_but_not_with_what_no_restart_mends():
    service = unit("folkmoot.service")["Service"]
    assert (service["Type"], service["Restart"]) == (["notify"], ["on-failure"])
    assert int(service["WatchdogSec"][0]) >= 30
    prevented = {int(code) for code in service["RestartPreventExitStatus"][0].split()}
    assert prevented == {ConfigError.exit_code, DataError.exit_code}


@pytest.mark.parametrize("name", SERVICES)
def test_the_commands_are_those_that_there_are(name):
    program, command, *options = one(name, "Service", "ExecStart").split()
    known = get_command(app).commands
    assert program == "/opt/folkmoot/bin/folkmoot"
    if command != "run":  # which stands in bot.__main__
        written = {name for parameter in known[command].params for name in parameter.opts}
        assert {option for option in options if option.startswith("-")} <= written
    assert options[:2] == ["--config", "/etc/folkmoot/config.toml"]


def test_the_configuration_beside_them_can_be_used_and_fits(tmp_path):
    config = load_config(DEPLOY / "config.toml", section_models)
    assert config.monitoring.enabled
    assert str(config.store.path).startswith(f"/var/lib/{one('folkmoot.service', 'Service', 'StateDirectory')}/")
    assert one("folkmoot-backup.service", "Unit", "ConditionPathExists") == str(config.store.path)
    assert config.communities


@pytest.mark.parametrize("name", ["matrix_password", "discord_token"])
def test_where_each_secret_comes_from_is_shown(name):
    """The unit, the container file and the pages use one name for it, which the bot reads."""
    variable = f"FOLKMOOT_{name.upper()}_FILE"
    shown = (DEPLOY / "folkmoot.service").read_text()
    assert f"#LoadCredential={name}:/etc/folkmoot/{name}\n#Environment={variable}=%d/{name}\n" in shown
    mounted = f"-e {variable}=/run/secrets/{name}"
    page = f"{name.partition('_')[0]}.md"
    for place in (DEPLOY / "Containerfile", DEPLOY.parent / "docs" / page, DEPLOY.parent / "docs" / "operations.md"):
        assert mounted in place.read_text(), place
    assert f"-v ./{name}:/run/secrets/{name}:ro" in (DEPLOY / "Containerfile").read_text()
    with pytest.raises(ConfigError, match=variable):
        secret(name, {variable: "/nowhere"})


def test_no_secret_is_in_any_of_them():
    for path in DEPLOY.iterdir():
        for line in path.read_text().splitlines():
            if not line.startswith("#"):
                assert not re.search(r"token|password|secret", line, re.IGNORECASE), f"{path.name}: {line}"


# --- what systemd says --------------------------------------------------------------------------------------------

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")


@pytest.fixture
def placed(tmp_path):
    """The units, with a program that is there in place of the installed one."""
    for name in UNITS:
        text = (DEPLOY / name).read_text()
        (tmp_path / name).write_text(text.replace("/opt/folkmoot/bin/folkmoot", sys.executable))
    return [tmp_path / name for name in UNITS]


@needs_systemd
def test_systemd_finds_no_fault(placed):
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *placed], capture_output=True, text=True, check=False
    )
    ours = [line for line in checked.stderr.splitlines() if "folkmoot" in line]
    assert (checked.returncode, ours) == (0, [])


@needs_systemd
@pytest.mark.parametrize(("name", "at_most"), [("folkmoot.service", 1.5), ("folkmoot-backup.service", 0.6)])
def test_systemd_finds_little_exposed(placed, name, at_most):
    path = next(one for one in placed if one.name == name)
    checked = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", path],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in checked.stderr:
        pytest.skip("this systemd-analyze judges installed units only")
    exposure = re.search(r"exposure level for \S+: ([\d.]+)", checked.stdout)
    assert exposure, checked.stderr
    assert float(exposure[1]) <= at_most
