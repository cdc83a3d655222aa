"""The virtual rooms and people of the console, who speaks where, and how messages are numbered."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.conversation import Conversation
from bot.domain.ids import ConversationId, MemberId, MessageId, native_of
from bot.domain.member import Member, Standing
from bot.domain.message import Message
from bot.domain.text import harmless
from bot.errors import UserError

REMEMBERED = 5000
"""Messages, and posts of the bot, of this session that can still be referred to."""


@dataclass(frozen=True, slots=True)
class Person:
    member: Member
    standing: Standing


class Stage:
    """Who is there, and who is speaking in which room.

    Attributes:
        person: who the typed lines come from.
        room: where they are said.
        number: the last message's number; a message's id is its number, which no later run uses again.
    """

    def __init__(self, rooms: Iterable[str], private: Iterable[str], person: str, standing: Standing) -> None:
        """`rooms` are open to all and the first is entered; `private` ones are for moderators."""
        self._rooms: dict[ConversationId, Conversation] = {}
        self._people: dict[MemberId, Person] = {}
        self._silenced: dict[MemberId, datetime] = {}
        self._messages: OrderedDict[MessageId, Message] = OrderedDict()
        self._posts: OrderedDict[MessageId, str] = OrderedDict()
        self._posted = 0
        self._private = frozenset(conversation_named(name).id for name in private)
        for name in [*rooms, *private]:
            self.know(conversation_named(name))
        self.number = 0
        self._square = self.room = next(iter(self._rooms.values()))
        self.person = self.meet(member_named(person), standing)

    # --- people and rooms ---------------------------------------------------------------------------------------

    def meet(self, member: Member, standing: Standing | None) -> Person:
        """Get to know somebody; without a standing they keep theirs."""
        known = self._people.get(member.id)
        met = Person(member, standing if standing is not None else known.standing if known else Standing.MEMBER)
        self._people[member.id] = met
        return met

    def become(self, name: str, standing: Standing | None) -> bool:
        """Speak as somebody else; gives whether they had to leave the present room, which is not open to them."""
        self.person = self.meet(member_named(name), standing)
        if self.may_read(self.person.member.id, self.room.id):
            return False
        self.room = self._square
        return True

    def know(self, conversation: Conversation) -> Conversation:
        return self._rooms.setdefault(conversation.id, conversation)

    def enter(self, name: str) -> None:
        """Go to a room, which comes to be if there is none of that name.

        Raises:
            UserError: it is not open to the person.
        """
        room = self.know(conversation_named(name))
        if not self.may_read(self.person.member.id, room.id):
            raise UserError(f"{room.name} is for moderators; try `/as {self.person.member.name} moderator` first.")
        self.room = room

    def may_read(self, member: MemberId, conversation: ConversationId) -> bool:
        if member not in self._people or (room := self._rooms.get(conversation)) is None:
            return False
        return room.room not in self._private or self._people[member].standing >= Standing.MODERATOR

    def people(self) -> list[Person]:
        return list(self._people.values())

    def rooms(self) -> list[Conversation]:
        return list(self._rooms.values())

    def name_of(self, member: MemberId) -> str:
        return self._people[member].member.name if member in self._people else native_of(member)

    def room_name(self, conversation: ConversationId) -> str:
        return self._rooms[conversation].name if conversation in self._rooms else native_of(conversation)

    def silence(self, member: MemberId, until: datetime | None) -> None:
        """Nobody hears them until then; None ends it."""
        if until is None:
            self._silenced.pop(member, None)
        else:
            self._silenced[member] = until

    def silenced(self, member: MemberId) -> datetime | None:
        return self._silenced.get(member)

    # --- messages -----------------------------------------------------------------------------------------------

    def new_id(self) -> MessageId:
        self.number += 1
        return MessageId(f"console:{self.number}")

    def remember(self, message: Message) -> None:
        self._messages[message.id] = message
        if len(self._messages) > REMEMBERED:
            self._messages.popitem(last=False)

    def message(self, reference: str) -> Message:
        """A message of this session by what it is called.

        Raises:
            UserError: there is none.
        """
        found = self._messages.get(self.message_id(reference))
        if found is None:
            raise UserError(f"There is no message {reference} in this session.")
        return found

    def message_id(self, reference: str) -> MessageId:
        """The id behind `12`, `#12` or, for what the bot posted, `b3`."""
        name = reference.removeprefix("#")
        posted = next((message for message, short in self._posts.items() if short == name), None)
        return posted or MessageId(f"console:{name}")

    def short(self, message: MessageId) -> str:
        """What a message is called: its number, for what the bot posted b1, b2..."""
        return self._posts.get(message) or native_of(message)

    def posted(self, message: MessageId) -> str:
        """Give something that the bot posted its short name."""
        if message not in self._posts:
            self._posted += 1
            self._posts[message] = f"b{self._posted}"
            if len(self._posts) > REMEMBERED:
                self._posts.popitem(last=False)
        return self._posts[message]


def member_named(name: str) -> Member:
    """The person of that name.

    Raises:
        UserError: that is no name.
    """
    clean = " ".join(harmless(name).split())
    if not clean:
        raise UserError("A person needs a name: /as NAME [member|trusted|moderator|admin]")
    return Member(MemberId(f"console:{clean.lower().replace(' ', '-')}"), clean)


def conversation_named(name: str) -> Conversation:
    """The room of that name.

    Raises:
        UserError: that is no name.
    """
    clean = "-".join(harmless(name).lower().split())
    if not clean:
        raise UserError("A room needs a name: /room NAME")
    return Conversation(ConversationId(f"console:{clean}"), clean)
