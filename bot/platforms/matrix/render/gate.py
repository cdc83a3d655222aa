"""The last gate for HTML that the bot posts: nothing passes but what the specification lets clients show."""

import nh3

TAGS = frozenset(
    "a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre s span strong sub sup u ul".split()  # noqa: SIM905
)
_ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
_SCHEMES = {"http", "https", "mailto"}
_LANGUAGES = {"code": {"class"}}

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes=_ATTRIBUTES | _LANGUAGES,
    url_schemes=_SCHEMES,
    link_rel=None,
    strip_comments=True,
)


def passed(html: str) -> str:
    return _CLEANER.clean(html)
