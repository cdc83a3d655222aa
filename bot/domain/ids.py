"""Identifiers: `platform:native`, so that one store holds every platform."""

from typing import NewType

MemberId = NewType("MemberId", str)
ConversationId = NewType("ConversationId", str)
MessageId = NewType("MessageId", str)
CommunityId = NewType("CommunityId", str)


def platform_of(identifier: str) -> str:
    """The platform's name in a member, conversation or message id."""
    return identifier.partition(":")[0]


def native_of(identifier: str) -> str:
    """The id as the platform itself writes it."""
    return identifier.partition(":")[2]
