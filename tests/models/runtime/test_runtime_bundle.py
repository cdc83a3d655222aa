"""A bundle opens only when every file is what the manifest says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from models.runtime import Bundle, BundleError, write_manifest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "weights.bin").write_bytes(b"weights")
    write_manifest(tmp_path, "scorer", "2026.1", {"threshold": 0.5}, ["weights.bin"])
    return tmp_path


def rewrite(folder: Path, **changes: object) -> None:
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | changes))


def test_written_manifest_opens(folder: Path) -> None:
    bundle = Bundle.open(folder)
    assert (bundle.name, bundle.version) == ("scorer", "2026.1")
    assert bundle.settings == {"threshold": 0.5}
    assert list(bundle.files) == ["weights.bin"]
    assert bundle.path("weights.bin").read_bytes() == b"weights"


def test_damaged_file_is_named_with_its_remedy(folder: Path) -> None:
    (folder / "weights.bin").write_bytes(b"weightz")
    with pytest.raises(BundleError, match=r"weights\.bin is damaged.*[Rr]einstall"):
        Bundle.open(folder)


def test_missing_file_is_named(folder: Path) -> None:
    (folder / "weights.bin").unlink()
    with pytest.raises(BundleError, match=r"weights\.bin is missing"):
        Bundle.open(folder)


def test_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"manifest\.json is missing"):
        Bundle.open(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[]", '"words"', "[" * 100_000, "{}", "\ud800"])
def test_malformed_manifest_is_a_bundle_error(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_bytes(content.encode("utf-8", "surrogatepass"))
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Bundle.open(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 3},
        {"version": None},
        {"files": []},
        {"settings": "x"},
        {"files": {"weights.bin": 1}},
        {"files": {"../weights.bin": "00"}},
        {"files": {"/etc/hostname": "00"}},
        {"files": {"": "00"}},
    ],
)
def test_wrong_shapes_are_bundle_errors(folder: Path, changes: dict[str, object]) -> None:
    rewrite(folder, **changes)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        Bundle.open(folder)


def test_a_file_that_the_manifest_does_not_name_is_not_given_out(folder: Path) -> None:
    (folder / "other.bin").write_bytes(b"unverified")
    with pytest.raises(BundleError, match=r"names no other\.bin"):
        Bundle.open(folder).path("other.bin")


def test_writing_refuses_names_outside_the_folder(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="not a plain file name"):
        write_manifest(tmp_path, "scorer", "1", {}, ["../weights.bin"])
