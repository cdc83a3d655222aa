"""What the wording of one sentence (as `vocabulary.plain` gives it) shows: does it stand alone, claim, contradict?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.summaries.lexicon import STOPWORDS
from models.summaries.vocabulary import words

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEWEST_WORDS, _COMFORTABLE_WORDS = 6, 10
_MANY_WORDS, _MOST_WORDS = 32, 60
_FEWEST_CONTENT_WORDS = 3

# "It seems that ..." points nowhere; "It seems cheap" does: the first kind stands alone.
_EMPTY_PRONOUN = re.compile(
    r"""(?:
      it(?:'s|\ is|\ was|\ would\ be|\ will\ be|\ may\ be|\ might\ be)?\ +(?:
          seems?|appears?|looks?\ like|takes|is\ true
        | (?:not\ |also\ |still\ |very\ |only\ |really\ |just\ )*
          (?:time|impossible|possible|important|clear|obvious|easy|hard|difficult|necessary|better|best|wrong|unfair
            |absurd|ridiculous|nonsense|about\ time|the\ \w+\ (?:who|that))\b)
    | (?:that|this)\ (?:is|was)\ (?:why|because)\ the\b
    | those\ (?:of\ us|who|people|that|with|in|on)\b
    | such\ (?:an?\ )?\w+\ (?:as|that)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_DANGLING = re.compile(
    r"""["'(]*
    (?:(?:and|but|so|or|yet|also|then|yes|no|yeah|well|for|because|as\ such|besides|still|again|thus|hence|therefore
      |secondly|firstly|first|second|plus|actually|sadly|obviously|maybe|perhaps|if|when|as|since|of\ course)[,\s]+)*
    (?:this|that|that's|thats|these|those|it|it's|its|they|they're|they'd|they'll|them|he|he's|she|she's|his|her|their
      |such|here|either|neither|both|same|the\ same|the\ other|the\ former|the\ latter|another|which|who|whose|one|none
      |some\ of\ (?:them|it|these|those)|in\ (?:this|that|the\ same|such)|given\ (?:this|that)|like\ (?:this|that)
      |except|nor|not\ (?:that|to\ mention|only\ that)|otherwise|likewise|similarly|at\ least|hence|thus|meanwhile
      |as\ (?:such|presented|opposed|mentioned)|what\ you)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_JOINED = re.compile(
    r"""(?:and|but|so|or|yet|also|then|because|besides|therefore|plus|for\ example|for\ instance|first|firstly|second
      |secondly|finally|moreover|furthermore|as\ for|which|\()""",
    re.IGNORECASE | re.VERBOSE,
)
_PHATIC = re.compile(
    r"""\W*(?:
      thanks?\b|thank\ you|many\ thanks|cheers\b|great\ (?:article|post|work|piece|read|job)|excellent|wonderful
    | very\ impressive|interesting(?:\ post|\ article|\ read|\ point|[.!]|$)|nice\ (?:one|post|article|work)
    | well\ (?:said|put|done)|good\ (?:post|point|article|luck|morning|evening|one|work)|welcome\b|hello\b|hi\b|hey\b
    | congratulations|congrats|bravo\b|brilliant[.!]|amazing[.!]|fantastic[.!]|wow\b|exactly[.!]|lol\b|haha|sorry\b
    | i\ (?:totally\ |completely\ |fully\ |absolutely\ )?(?:dis)?agree(?:d)?[.!,]?$|agreed\b|disagree\b
    | i'?m\ sure\ you|i\ hope\ (?:this|that)\ helps|(?:i\ )?wanted\ to\ let\ you\ know
    | never\ the\ "first|brief\ intro|see\ (?!how|what|why|that|if)|source:|edit\b|link:|update:
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_POINTS_AWAY = re.compile(
    r"""\b(?:
      you\ (?:said|say|wrote|mention(?:ed)?|refer|asked|claim(?:ed)?|mean|seem|might|are\ right|are\ wrong|forgot)
    | mentioned\ (?:above|earlier)|as\ i\ said|i\ said|above|my\ (?:post|comment|previous|last)|your|misread
    | the\ (?:latter|former|aforementioned|first\ one|second\ one)|i\ assume\ (?:that\ )?you|correct\ me
    | (?:think|believe|suspect|doubt|mean|hope)\ (?:this|these|it|they|that\ is)|read\ my|i\ meant
    | this\ (?:article|thread|comment|post)|s?he\ (?:also\ )?said|you're|you've|you\ (?:are|have)
    | (?:in|to|on|by|for|of|with|about|from|do|does|did)\ (?:this|that|these|those|it|them)[.,!?]
    | (?:do|does|did|doing|said|say|think|believe)\ (?:this|that|so)[.,!?]
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_CLAIM = re.compile(
    r"""\b(?:should(?:n't)?|must|need(?:s|ed)?\ to|ought|cannot|can(?:'?t|not)|will|won'?t|would(?:n't)?|never|always
      |only|because|therefore|every|real|wrong|right|better|worse|best|worst|more|less|most|problem|solution
      |alternative|reason|impossible|unfair|fair|fails?|failed|means|causes?|leads?|makes?|instead|rather\ than
      |not)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_CONTRADICTION = re.compile(
    r"""\b(?:
      disagree|not\ (?:so\ )?(?:sure|certain|true|convinced|really|necessarily|the\ case|at\ all)
    | not\ every(?:one|body)|i\ doubt
    | (?:i\ )?(?:don't|do\ not|cannot|can't)\ (?:think|believe|agree|see\ (?:how|why|that|what)|buy|accept)
    | wrong|nonsense|rubbish|silliness|bullshit|ridiculous|absurd|myth|mistaken|misguided|fallacy|naive
    | no\ (?:particular\ )?reason|no\ point|on\ the\ contrary|contrary\ to|far\ from|actually|in\ fact|nor\ do\ i|hardly
    | why\ (?:should|would|not)|rather\ than|not\ (?:some|just|a|the|because)|so\ what|how\ (?:can|is|does|would)
    | counter-?argument|what\ makes\ you
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_TURN = re.compile(
    r"\W*(?:but|however|no\b|nope|yet|actually|except|still,|and yet|well,|disagree|sorry, but)", re.IGNORECASE
)
_INNER_TURN = re.compile(r"(?:,|;|\.|—|-)\s*(?:but|however|though|yet)\b", re.IGNORECASE)
_NEGATION = re.compile(
    r"\b(?:not|no|never|nor|none|nothing|cannot|without|fails?|failed|won'?t|\w+n't)\b", re.IGNORECASE
)
_VERB = re.compile(
    r"""\b(?:is|are|was|were|be|been|am|has|have|had|do|does|did|will|would|can|could|should|must|may|might|shall|want|need
      |think|believe|know|say|get|make|take|go|see|let|seem|mean|pay|work|use|give|help|keep|live|\w{2,}(?:ed|es|ing)
      |\w+'(?:s|re|ve|ll|d|m|t)|dont|cant|wont|isnt)\b""",
    re.IGNORECASE | re.VERBOSE,
)
_MARKUP = re.compile(r"https?://|www\.|<[@#:]|\[[^\[\]]*\]\(|\w\.(?:com|org|net|htm)")
_CHUCKLE = re.compile(r"\b(?:lol|lmao|rofl|haha+|smh|wtf|omg)\b|[:;]-?[)(DP]", re.IGNORECASE)


def is_phatic(sentence: str) -> bool:
    """Greeting, thanks, bare applause: it says nothing about the subject."""
    return _PHATIC.match(sentence) is not None


def is_dangling(sentence: str) -> bool:
    """Its first words point back to something that a quotation would not show."""
    return _DANGLING.match(sentence) is not None and _EMPTY_PRONOUN.match(sentence) is None


def standing(sentence: str) -> float:
    """How well the sentence can be read alone, 0 to 1."""
    spoken = words(sentence)
    if len(spoken) < _FEWEST_WORDS or is_phatic(sentence):
        return 0.05
    score = 1.0
    if is_dangling(sentence):
        score *= 0.35
    elif _JOINED.match(sentence):
        score *= 0.75
    score *= 0.8 ** min(3, len(_POINTS_AWAY.findall(sentence)))
    score *= _wholeness(sentence)
    return score * _fitting_length(spoken)


def _wholeness(sentence: str) -> float:
    """Signs that the sentence is a fragment, a list item, a link or somebody else's words."""
    score = 1.0
    end = sentence.rstrip("\"')*_ ")[-1:]
    if end not in ".!?":
        score *= 0.45 if end in ",:;-" else 0.85
    if sentence.count("(") != sentence.count(")") or sentence.count('"') % 2:
        score *= 0.5
    if sentence.startswith('"'):
        score *= 0.25
    if not _VERB.search(sentence):
        score *= 0.4
    if _MARKUP.search(sentence):
        score *= 0.5
    if _CHUCKLE.search(sentence):
        score *= 0.7
    letters = [character for character in sentence if character.isalpha()]
    if letters and sum(character.isupper() for character in letters) > len(letters) / 3:
        score *= 0.6
    return score


def _fitting_length(spoken: Sequence[str]) -> float:
    content = sum(word not in STOPWORDS for word in spoken)
    if content < _FEWEST_CONTENT_WORDS:
        return 0.4
    if len(spoken) < _COMFORTABLE_WORDS:
        return 0.75
    too_long = (len(spoken) - _MANY_WORDS) / (_MOST_WORDS - _MANY_WORDS)
    return 1 - 0.4 * min(1.0, max(0.0, too_long)) if too_long <= 1 else 0.4


def claiming(sentence: str) -> float:
    """How much the sentence takes a position, 0 to 1."""
    return min(1.0, len(_CLAIM.findall(sentence)) / 3)


def contradicting(sentence: str) -> float:
    """How much the sentence sets itself against another, 0 to 1."""
    score = 0.45 * min(2, len(_CONTRADICTION.findall(sentence)))
    if _TURN.match(sentence):
        score += 0.45
    elif _INNER_TURN.search(sentence):
        score += 0.2
    return min(1.0, score)


def is_negated(sentence: str) -> bool:
    return len(_NEGATION.findall(sentence)) % 2 == 1
