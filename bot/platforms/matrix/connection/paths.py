"""Paths of the client-server API, every segment quoted. Pure."""

from urllib.parse import quote


def v3(*segments: str) -> str:
    return _path("/_matrix/client/v3", segments)


def v1(*segments: str) -> str:
    return _path("/_matrix/client/v1", segments)


def media(*segments: str) -> str:
    return _path("/_matrix/media/v3", segments)


def synapse(*segments: str) -> str:
    """Synapse's admin API, version 1."""
    return _path("/_synapse/admin/v1", segments)


def _path(base: str, segments: tuple[str, ...]) -> str:
    return "/".join((base, *(_segment(one) for one in segments)))


def _segment(text: str) -> str:
    return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")
