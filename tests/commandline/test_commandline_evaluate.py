"""`folkmoot evaluate attacks` on a folder of tiny sets made here."""

import json

import pytest
import zstandard

ATTACKS = [
    "you are a pathetic idiot",
    "Shut up, you lying clown.",
    "you're a moron and a coward",
    "What a liar you are!",
]
CLEAN = ["that policy is idiotic", "The vote is on Monday.", "your numbers are off by ten", "Thanks for the source."]


def rows(**aux):
    texts = [(text, 1) for text in ATTACKS] + [(text, 0) for text in CLEAN]
    return [
        {"id": str(at), "text": text, "context": ["The budget passed."], "label": label, "split": "dev", "aux": aux}
        for at, (text, label) in enumerate(texts)
    ]


@pytest.fixture
def data(tmp_path):
    tests = [
        {"id": name, "text": text, "label": 0, "split": "test", "aux": {"functionality": name}}
        for name in ("target_indiv_nh", "profanity_nh", "counter_quote_nh", "counter_ref_nh", "target_obj_nh")
        for text in ("You are a fool.", "This damn budget.")
    ]
    madlibs = [
        {"id": text, "text": text, "label": 0, "split": "test", "aux": {"template": template}}
        for template, frame in (
            ("you_are_adj", "You are a {adjective} {who}"),
            ("being_adj", "Being {who} is {adjective}."),
        )
        for who in ("deaf", "old")
        for adjective in ("nice", "vile")
        for text in [frame.format(who=who, adjective=adjective)]
    ]
    debates = [
        {"discussion": "1", "post": str(at), "author": "x", "parent": str(at - 1), "ts": None, "text": text}
        for at, text in enumerate(CLEAN)
    ]
    sets = {
        "kaggle_insults.train": rows(),
        "cad.dev": rows(labels=["Neutral"]),
        "cmv_adhominem.dev": rows(),
        "iac_qr.dev": rows(),
        "ucc.val": rows(),
        "wiki_toxicity_mini.nonfuzzed": rows(),
        "wiki_toxicity_mini.fuzzed": rows(),
        "hatecheck.test": tests,
        "bias_madlibs.test": madlibs,
        "iac_threads": debates,
    }
    (tmp_path / "attacks").mkdir()
    (tmp_path / "threads").mkdir()
    for name, found in sets.items():
        text = "".join(json.dumps(row) + "\n" for row in found)
        (tmp_path / "attacks" / f"{name}.jsonl.zst").write_bytes(zstandard.compress(text.encode()))
    (tmp_path / "threads" / "economic-revolution.txt").write_text("\n\n".join(CLEAN))
    return tmp_path


def test_every_figure_stands_beside_its_bar(data, folkmoot):
    ended = folkmoot("evaluate", "attacks", "--data", str(data), "--alone")
    assert (ended.code, ended.err) == (0, "")
    head, _, *lines = ended.out.splitlines()
    assert head.startswith("| measure | bar | attacks-2-")
    figures = {
        cells[0]: cells[1:] for cells in ([part.strip() for part in line.strip("| ").split("|")] for line in lines)
    }
    assert figures["kaggle_insults AP"] == [">= .85", "1.000"]
    assert figures["economic-revolution comments flagged"] == ["<= 0", "0.000"]
    assert any(name.startswith("identity swaps, madlibs: largest gap (") for name in figures)
    assert "own suite minimal pairs right" in figures
    assert "first stage: share of flags lost, own suite" in figures


def test_a_missing_set_is_named(data, folkmoot):
    (data / "attacks" / "ucc.val.jsonl.zst").unlink()
    ended = folkmoot("evaluate", "attacks", "--data", str(data), "--alone")
    assert ended.code != 0
    assert "ucc.val.jsonl.zst is missing" in ended.err


def test_another_folder_of_weights_is_measured_instead(data, folkmoot, tmp_path):
    ended = folkmoot("evaluate", "attacks", "--data", str(data), "--alone", "--weights", str(tmp_path / "none"))
    assert ended.code != 0
    assert "manifest.json is missing" in ended.err
