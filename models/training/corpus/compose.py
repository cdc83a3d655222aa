"""Composes attacks.jsonl from the written lines and phrases: `python -m models.training.corpus.compose`."""

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from models.attacks.lexicon import RESTORABLE
from models.training.corpus import phrases

HERE: Final = Path(__file__).parent
_SLOT: Final = re.compile(r"\{([a-z ]+)\}")
_LEET: Final = str.maketrans("aeiost", "4310$7")
Line = tuple[str, int, str]


def written(name: str, label: int) -> Iterator[Line]:
    """The lines of one hand-written file, each with the kind that its "# " heading names."""
    kind = ""
    for line in (HERE / name).read_text("utf-8").splitlines():
        if line.startswith("# "):
            kind = line[2:]
        elif line:
            yield line, label, kind


def fill(frame: str, chance: random.Random) -> str:
    """`frame` with a phrase in every slot and a capital where a sentence starts with a slot."""
    public = "{figure}" in frame or "{groups}" in frame
    nouns: Sequence[str] = phrases.PUBLIC_NOUNS if public else phrases.NOUNS
    if "{noun}s" in frame:
        nouns = [noun for noun in nouns if " " not in noun]
    slots: dict[str, Sequence[str]] = {
        "noun": nouns,
        "adjective": phrases.PUBLIC_ADJECTIVES if public else phrases.ADJECTIVES,
        "thing": phrases.THING_ADJECTIVES,
        "idea": phrases.IDEAS,
        "figure": phrases.FIGURES,
        "groups": phrases.GROUPS,
        "name": phrases.NAMES,
        "label": phrases.LABELS,
    }

    def choose(match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot != "a noun":
            return chance.choice(slots[slot])
        noun = chance.choice(slots["noun"])
        return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"

    text = _SLOT.sub(choose, frame)
    return text[0].upper() + text[1:] if frame.endswith(".") else text


def composed(frames: Sequence[str], label: int, kind: str, each: int, chance: random.Random) -> Iterator[Line]:
    for frame in frames:
        for _ in range(each if "{" in frame else 1):
            yield fill(frame, chance), label, kind


def identities(chance: random.Random) -> Iterator[Line]:
    """Every frame with every identity and side, so that none of them tells the label."""
    for frames, label in ((phrases.IDENTITY_ATTACKS, 1), (phrases.IDENTITY_CLEAN, 0)):
        for frame in frames:
            for identity in phrases.IDENTITIES:
                yield fill(frame.replace("{identity}", identity), chance), label, "identity"


def embedded(lines: Sequence[Line], number: int, chance: random.Random) -> Iterator[Line]:
    """Lines inside reasonable posts: the same company for attacks and for clean lines."""
    for text, label, kind in chance.sample(lines, number):
        sentence = text if text[-1] in ".?!" else text + "."
        around = chance.sample(phrases.REASONABLE, chance.choice((1, 1, 2, 3)))
        around += [chance.choice(phrases.AGREEABLE)] if chance.random() < 0.5 else []  # noqa: PLR2004 — every other one
        chance.shuffle(around)
        around.insert(chance.randrange(len(around) + 1), sentence)
        yield " ".join(around), label, f"{kind}, embedded"


def disguised(lines: Sequence[Line], number: int, chance: random.Random) -> Iterator[Line]:
    """Lines whose harsh words are written so as to slip past a word list; some the normaliser cannot undo."""
    ways: tuple[Callable[[str], str], ...] = (
        lambda word: word.translate(_LEET),
        " ".join,
        ".".join,
        lambda word: word[0] + "*" + word[2:],
        lambda word: word[:-1] + word[-1] * 4,
        lambda word: word[0] + "\u200b" + word[1:],
        lambda word: word[:1] + word[2:],
        lambda word: word[:1] + word[2] + word[1] + word[3:] if len(word) > 3 else word,  # noqa: PLR2004
        lambda word: word[:2] + "-" + word[2:],
        str.upper,
    )
    able = [line for line in lines if any(word in RESTORABLE for word in re.findall(r"[a-z]+", line[0]))]
    for text, label, kind in chance.sample(able, min(number, len(able))):
        way = chance.choice(ways)
        changed = re.sub(r"[a-z]+", lambda match, way=way: _changed(match.group(), way), text)  # type: ignore[misc]
        yield changed, label, f"{kind}, disguised"


def _changed(word: str, way: Callable[[str], str]) -> str:
    return way(word) if word in RESTORABLE and len(word) > 2 else word  # noqa: PLR2004


def corpus(seed: int = 11) -> list[Line]:
    """Every line once, attacks and clean lines in about equal numbers."""
    chance = random.Random(seed)  # noqa: S311 — a composition, not a secret
    attacks = list(written("written_attacks.txt", 1))
    clean = list(written("written_clean.txt", 0))
    attack_frames = list(composed(phrases.ATTACK_FRAMES, 1, "composed insult", 9, chance))
    clean_frames = list(composed(phrases.CLEAN_FRAMES, 0, "composed clean", 12, chance))
    lines = [*attacks, *clean, *attack_frames, *clean_frames, *identities(chance)]
    lines += embedded([*attacks, *attack_frames], 260, chance)
    lines += embedded([*clean, *clean_frames], 320, chance)
    lines += disguised([*attacks, *attack_frames], 170, chance)
    lines += disguised([*clean, *clean_frames], 170, chance)
    return list({line[0]: line for line in lines}.values())


def main() -> None:
    lines = corpus()
    text = "".join(
        json.dumps({"text": text, "label": label, "kind": kind}, ensure_ascii=False) + "\n"
        for text, label, kind in lines
    )
    (HERE / "attacks.jsonl").write_text(text, "utf-8")
    print(f"{len(lines)} lines, {sum(label for _, label, _ in lines)} attacks")


if __name__ == "__main__":
    main()
