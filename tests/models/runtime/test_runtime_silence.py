"""The library that runs the models keeps to itself: it reports nothing and writes nothing down."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
USE = "from models.encoder import SentenceEncoder; SentenceEncoder.load().encode(['a sentence'])"


def test_running_a_model_reports_to_nobody(tmp_path):
    """Where ONNX Runtime reports its use, it begins with files of its own in these folders."""
    places = dict.fromkeys(("TMPDIR", "HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"), str(tmp_path))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    subprocess.run([sys.executable, "-c", USE], cwd=ROOT, env=environment | places, check=True)
    assert list(tmp_path.rglob("*")) == []
