"""English words that carry grammar, and words that belong to any subject."""

from __future__ import annotations

_GRAMMAR = """
a about above after again against ain't all also am an and any are aren't as at be because been before being below
between both but by can can't cannot could couldn't did didn't do does doesn't doing don't down during each either
else even ever every few for from further get gets getting go goes going gone got had hadn't has hasn't have haven't
having he he'd he'll he's her here here's hers herself him himself his how how's however i i'd i'll i'm i've if in
instead into is isn't it it'd it'll it's its itself just let let's like many may maybe me might mine more most much
must mustn't my myself neither no none nor not now of off often oh ok okay on once one ones only or other others ought
our ours ourselves out over own perhaps per quite rather really said same say says shall she she'd she'll she's should
shouldn't since so some somebody someone something somewhat such than that that'd that'll that's the their theirs them
themselves then there there's these they they'd they'll they're they've this those though through thus to too toward
towards under unless until up upon us very via was wasn't we we'd we'll we're we've well went were weren't what what's
whatever when when's where where's whether which while who who's whoever whom whose why why's will with within without
won't would wouldn't yes yet you you'd you'll you're you've your yours yourself yourselves im ive dont doesnt didnt
cant wont isnt arent wasnt youre theyre thats theres whats lets etc lol u ur r n ie eg ve ll re
"""
_ANY_SUBJECT = """
able absolutely account act actual actually agree agreed ago almost already although always amount another answer
anybody anyone anything anyway apparently area argument article ask asked available away back bad based basis become
best better big bit blame bunch call called care case cause certain certainly change chance choice clear clearly come
comes coming comment comments commenter common complete completely consider country couple course current day days
deal different difference discussion done due easy effect end enough entire especially everybody everyone everything
exactly example extra fact facts fair far feel find fine first folk folks follow following force forget form forward
front full fully give given glad goal good great group guess guy guys half hand happen happens hard hate head hear
heard help high hope house huge idea ideas important instance interest interesting issue issues job keep kind know
knows large last late later least leave left less lead leads level life likely line list little live living long
longer look looking looks lot lots love low made main make makes making man matter mean means mention mind minute
moment money month months move name near need needed needs never new next nice nobody nothing number obviously old
open opinion option order original others paper part particular past pay people person perfect pick piece place plenty
point points position possible post posts pretty probably problem problems proper put question questions quick read
reading real reality reason reasons recent remember reply result right run sad saw saying second see seem seems seen
sense sentence sentences set side simple simply single situation small sort sound sounds stand start state stated step
stick still stop story stuff stupid subject suggest support suppose sure system take taken talk talking tell term
terms thank thanks thing things think thinking third thought thread time times title today together told tonight topic
total tried true truth try trying turn two type understand use used using usual usually value view want wants watch
way ways week weeks welcome whole wish wonder word words work working works world worse worst worth write wrong year
years yesterday yeah three four five six seven eight nine ten wow hands program arguments sizes size inside outside
catch utter utterly nonsense shit shite crap damn bloody fuck fucking fucked arse arsehole ass asshole bastard
bastards bitch moron morons idiot idiots idiotic twat cunt dick piss pissed hell yep nope hey hello sorry please edit
link links btw imo imho ok
"""

# They say nothing about what a sentence is about.
STOPWORDS = frozenset(_GRAMMAR.split())
# They carry meaning in a sentence but name no issue, or no issue that the bot should name in this way.
GENERAL = frozenset(_ANY_SUBJECT.split())
