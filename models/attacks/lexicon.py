"""The words that the normaliser may restore from a disguise and that the target rules treat as harsh."""

from typing import Final

# The lists decide no score: the classifier does. They only bound which spellings may be rewritten ("1d10t",
# "st*pid"), so that ordinary numbers and names are never touched.
_NOUNS: Final = """
arse arsehole ass asshole asshat bastard bigot bitch bootlicker buffoon charlatan clown coward crybaby cretin creep
cuck cunt degenerate dickhead dimwit dipshit dolt donkey douche douchebag dumbass dunce fascist filth fool fraud freak
fuck fucker fuckwit garbage goon halfwit hack hypocrite idiot ignoramus imbecile jackass jerk knobhead leech liar
libtard loser lowlife lunatic maggot magat moron muppet nazi nitwit numpty nutjob nutcase parasite pig piss plonker
prick psycho pussy racist rat retard scum scumbag sheep shill shit shithead shitbag simpleton slut snake snowflake
stooge tankie thug tosser traitor trash troll turd twat twit vermin wanker weasel whore windbag wimp worm
"""
_ADJECTIVES: Final = """
braindead brainless brainwashed clueless contemptible crazy cretinous cowardly deluded delusional deranged
despicable dense dim dishonest disgusting dumb dumber dumbest fucking gullible hateful ignorant illiterate imbecilic
idiotic insane insufferable laughable mad mental moronic obnoxious pathetic pitiful repugnant repulsive retarded
ridiculous sick slimy spineless stupid stupider stupidest subhuman thick unhinged useless vile worthless
"""
_PLURALS: Final = frozenset(noun + ending for noun in _NOUNS.split() for ending in ("s", "es"))
# What a disguised token may be restored to.
RESTORABLE: Final = frozenset([*_NOUNS.split(), *_ADJECTIVES.split(), *_PLURALS, "idiocy", "stupidity"])


def is_harsh(word: str) -> bool:
    """Whether `word` (lower case, normalised) is one of the harsh words, singular or plural."""
    return word in RESTORABLE
