"""What the core says to a member who was erased."""

from collections.abc import Sequence

from bot.domain.document import Document, Strong, paragraph


def done(failed: Sequence[str], missing: Sequence[str], *, steward: bool) -> Document:
    """The last words.

    Args:
        failed: cogs that could not erase what they keep.
        missing: cogs that are not loaded and may keep something.
        steward: whether the configuration names the member as a moderator.
    """
    left = len(failed) + len(missing)
    but = f", but for {'one part' if left == 1 else f'{left} parts'}" if left else ""
    parts = [
        paragraph(
            Strong(f"You are erased here{but}. "),
            "I kept your messages, your name and what belonged to them; all that is gone. Lines in the audit trail "
            "about what moderators decided stay, and name you no more. Backups that whoever runs me has made may still "
            "hold what I kept, until they are thrown away; if one is put back, you are erased in it, too.",
        )
    ]
    if failed:
        parts.append(
            paragraph(
                f"Still there, because erasing it failed: what I keep of you for {', '.join(failed)}. Why is in the "
                "log. I try again at the next start, and tell you when it is done. Please tell whoever runs me."
            )
        )
    if missing:
        parts.append(
            paragraph(
                f"Perhaps still there: what I keep of you for {', '.join(missing)}, which I cannot reach while that is "
                "switched off. Ask whoever runs me to switch it on: I erase it then, and tell you."
            )
        )
    if steward:
        parts.append(
            paragraph("The configuration still names you as a moderator: whoever runs me has to take that out.")
        )
    parts.append(
        paragraph(
            "Your messages in the rooms themselves are not mine to delete: only you or the moderators can. What you "
            "write from now on is new to me, and no longer off the record if you had wished that."
        )
    )
    return Document(tuple(parts))


def late(cog: str) -> Document:
    """What could not be erased with the rest is erased now."""
    return Document.of(f"What the part “{cog}” of me still kept of you is erased now, too.")
