"""A folder of model files whose manifest names every file with its sha256."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

MANIFEST = "manifest.json"


class BundleError(Exception):
    """A model's files are missing, damaged or not what its manifest says."""


@dataclass(frozen=True)
class Bundle:
    """The verified files of one model.

    Attributes:
        folder: where the files lie.
        name: the model's name.
        version: changes whenever the files do.
        settings: what the model's own code needs to know (thresholds, lengths).
        files: file name to sha256, in hexadecimal.
    """

    folder: Path
    name: str
    version: str
    settings: Mapping[str, object]
    files: Mapping[str, str]

    @classmethod
    def open(cls, folder: Path) -> Bundle:
        """Read `folder/manifest.json` and verify every file that it names.

        Raises:
            BundleError: if the manifest or a file is missing, damaged or malformed.
        """
        manifest = folder / MANIFEST
        bundle = _parse(folder, manifest, _read(manifest))
        for name, expected in bundle.files.items():
            if _sha256(folder / name) != expected:
                raise BundleError(f"{folder / name} is damaged: its sha256 is not the manifest's. {_REMEDY}")
        return bundle

    def path(self, file: str) -> Path:
        """Where `file` lies; only files that the manifest names, so that nothing unverified is loaded.

        Raises:
            BundleError: if the manifest does not name the file.
        """
        if file not in self.files:
            raise BundleError(f"{self.folder / MANIFEST} names no {file}. {_REMEDY}")
        return self.folder / file


def write_manifest(folder: Path, name: str, version: str, settings: Mapping[str, object], files: Sequence[str]) -> None:
    """Write `folder/manifest.json` over files that already lie in the folder.

    Raises:
        BundleError: if one of the files is missing or its name is not a plain file name.
    """
    for file in files:
        _require_plain_name(folder / MANIFEST, file)
    content = {
        "name": name,
        "version": version,
        "files": {file: _sha256(folder / file) for file in sorted(files)},
        "settings": dict(settings),
    }
    text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


_REMEDY = "Reinstall the package, or fetch the weights again."


def _read(manifest: Path) -> object:
    try:
        return json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BundleError(f"{manifest} is missing. {_REMEDY}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(f"{manifest} cannot be read: {error}. {_REMEDY}") from error


def _parse(folder: Path, manifest: Path, content: object) -> Bundle:
    if not isinstance(content, dict):
        raise BundleError(f"{manifest} is not a JSON object. {_REMEDY}")
    name, version = content.get("name"), content.get("version")
    files, settings = content.get("files"), content.get("settings", {})
    if not (isinstance(name, str) and isinstance(version, str)):
        raise BundleError(f"{manifest} lacks a name or a version in words. {_REMEDY}")
    if not (isinstance(files, dict) and isinstance(settings, dict)):
        raise BundleError(f"{manifest} lacks 'files', or its 'files' or 'settings' is no object. {_REMEDY}")
    for file, digest in files.items():
        _require_plain_name(manifest, file)
        if not isinstance(digest, str):
            raise BundleError(f"{manifest} gives no sha256 for {file}. {_REMEDY}")
    return Bundle(folder=folder, name=name, version=version, settings=settings, files=files)


def _require_plain_name(manifest: Path, file: str) -> None:
    """A manifest that someone else wrote must not reach outside its own folder."""
    if file in {"", ".", ".."} or any(character in file for character in "/\\\0"):
        raise BundleError(f"{manifest} names {file!r}, which is not a plain file name. {_REMEDY}")


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise BundleError(f"{path} is missing. {_REMEDY}") from error
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error}. {_REMEDY}") from error
