"""At whom the harsh words of a message point, by rules over the words around them.

A first version: it looks a few words to the left of each harsh word for what it is said of ("your argument is
idiotic", "you idiot", "the minister is a clown"), and a few to the right for "like you". It knows no grammar beyond
that and is wrong on irony, on long sentences and on names it cannot tell from topics. The score never depends on it.
"""

import re
from collections.abc import Sequence
from typing import Final

from models.attacks.judgement import Target
from models.attacks.lexicon import is_harsh

_WORD: Final = re.compile(r"@\w+|[^\W\d_]+(?:'[^\W\d_]+)?|[.!?;\n]")
_REACH: Final = 7
_SIGNS: Final = {
    Target.PARTICIPANT: "you you're youre you've yourself yourselves u ur ya op",
    Target.NONE: "i i'm im me myself we we're my",
    Target.THIRD_PERSON: (
        "he he's she she's him his her who minister president senator mayor governor chancellor candidate politician "
        "congressman congresswoman leader judge ceo councillor secretary speaker journalist author king queen boss "
        "trump biden obama putin"
    ),
    Target.GROUP: (
        "they they're them people republicans democrats tories liberals conservatives socialists libertarians voters "
        "politicians bankers landlords journalists immigrants muslims jews christians feminists police party parties "
        "media leftists government men women"
    ),
    Target.IDEA: (
        "your yours it it's this that that's argument idea policy law bill tax plan proposal claim post comment point "
        "theory logic budget reform comparison article system take decision study source premise reasoning opinion "
        "vote war deal thing what"
    ),
}
_SAID_OF: Final = {word: target for target, words in _SIGNS.items() for word in words.split()}
_SENTENCE_ENDS: Final = frozenset(".!?;\n")
# A message with several harsh words gets the target that matters most to a moderator.
_GRAVEST_FIRST: Final = (Target.PARTICIPANT, Target.THIRD_PERSON, Target.GROUP, Target.IDEA)


def target_of(text: str, *, attack: bool) -> Target:
    """Where the harsh words of `text` (normalised) point.

    `attack` says that the classifier found one: then words that point nowhere in particular are taken to be meant
    for somebody present, since that is what the classifier was taught to find.
    """
    words = [word.lower() for word in _WORD.findall(text)]
    pointed = {_pointed_at(words, index) for index, word in enumerate(words) if is_harsh(word)}
    gravest = next((target for target in _GRAVEST_FIRST if target in pointed), Target.NONE)
    if attack and (gravest is Target.NONE or any(_SAID_OF.get(word) is Target.PARTICIPANT for word in words)):
        return Target.PARTICIPANT
    return gravest


def _pointed_at(words: Sequence[str], index: int) -> Target:
    if words[index + 1 : index + 3] in (["like", "you"], ["like", "u"]):
        return Target.PARTICIPANT
    for position in range(index - 1, max(-1, index - 1 - _REACH), -1):
        word = words[position]
        if word in _SENTENCE_ENDS:
            return Target.NONE
        if word.startswith("@"):
            return Target.PARTICIPANT
        if word in _SAID_OF:
            return _SAID_OF[word]
    return Target.NONE
