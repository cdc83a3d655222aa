"""The bot of the scripts on chat platforms as a process: all of it is real but the verdicts, which are checksums.

`python -m tests.endurance.chatting CONFIG`; secrets come from the environment. It stops on SIGTERM.
"""

import asyncio
import signal
import sys
from pathlib import Path

from bot.app import running
from bot.commandline.connections import prepared
from bot.config import load_config
from bot.log import configure_logging
from tests.endurance.verdicts import hash_models


async def main(path: Path) -> None:
    configure_logging("info", "json", sys.stderr)
    config, platforms = await prepared(load_config(path))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with running(config, platforms, models=hash_models()) as app:
        ended, asked = asyncio.create_task(app.wait()), asyncio.create_task(stop.wait())
        await asyncio.wait({ended, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if ended.done():
            ended.result()
        ended.cancel()
        await asyncio.gather(ended, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
