"""How much memory the replay of a large export takes beside that of a small one: `make importing`.

Both are written as DiscordChatExporter writes them and replayed by `folkmoot replay`'s own code, each in a process of
its own; without models, unless `--flagged` asks for a scripted classifier that flags one message in fifty. Exits with 1
where the large one takes more than a fifth more.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.commandline.progress import steps
from bot.commandline.replay import replay
from bot.config.core import ModelsSection
from bot.inference import local_models
from tests.endurance.posts import Said, said
from tests.endurance.process import peak_mb
from tests.endurance.verdicts import hash_models

MOST = 1.2
ROOT = Path(__file__).parents[2]


def write_export(path: Path, posts: Path | None, count: int) -> None:
    """One channel of `count` messages in the format of DiscordChatExporter 2.44."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    head = {
        "guild": {"id": "10", "name": "Tarnwick", "iconUrl": ""},
        "channel": {"id": "11", "type": "GuildTextChat", "categoryId": "12", "category": "talk", "name": "square"},
        "dateRange": {"after": None, "before": None},
        "exportedAt": start.isoformat(),
    }
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "messages": [')
        for number, post in enumerate(said(posts, count)):
            message = _message(number, post, start + timedelta(seconds=number))
            file.write((",\n" if number else "\n") + json.dumps(message, ensure_ascii=False))
        file.write(f'\n], "messageCount": {count}}}\n')


def _message(number: int, post: Said, at: datetime) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": "Default",
        "timestamp": at.isoformat(),
        "timestampEdited": None,
        "isPinned": False,
        "content": post.text,
        "author": {"id": post.author, "name": post.author, "nickname": post.author, "isBot": False, "roles": []},
        "attachments": [],
        "embeds": [],
        "reactions": [{"emoji": {"id": "", "name": "👍", "code": "thumbsup"}, "count": 2}] if number % 9 == 0 else [],
        "mentions": [],
    }


async def replayed(path: Path, *, flagged: bool) -> dict[str, float]:
    start = time.perf_counter()
    async with local_models(ModelsSection(enabled=False)) as none:
        with steps() as shown:
            found = await replay(path, shown, models=hash_models() if flagged else none)
    seconds = time.perf_counter() - start
    return {"messages": found.messages, "flags": len(found.flags), "seconds": seconds, "peak": peak_mb()}


def in_a_process_of_its_own(path: Path, *, flagged: bool) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.endurance.importing", "--replay", str(path)]
    command += ["--flagged"] if flagged else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--posts", type=Path, help="JSON lines of real posts (.zst or plain)")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--flagged", action="store_true", help="with a scripted classifier")
    parser.add_argument("--replay", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.replay:
        print(json.dumps(asyncio.run(replayed(options.replay, flagged=options.flagged))))
        return 0
    peaks = []
    with tempfile.TemporaryDirectory(prefix="folkmoot-importing-") as folder:
        for count in (options.messages // 10, options.messages):
            export = Path(folder) / f"{count}.json"
            write_export(export, options.posts, count)
            found = in_a_process_of_its_own(export, flagged=options.flagged)
            peaks.append(found["peak"])
            size = export.stat().st_size / 2**20
            print(
                f"{found['messages']:>8,} messages, {size:6.1f} MB of JSON, {found['flags']} flags: "
                f"at most {found['peak']:6.1f} MB in use, "
                f"{found['seconds']:.0f} s",
                flush=True,
            )
    ratio = peaks[1] / peaks[0]
    print(f"ten times the messages take {ratio:.3f} times the memory (at most {MOST})")
    return 0 if ratio <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
