"""`python -m bot.egress.sealed bot demo`: seals the process, says by whom, and runs a module in it as `python -m` does.

So everything that needs no network can be tried without one: `bot demo`, `bot replay FILE`, `bot run` on the console.
"""

import runpy
import sys

from bot.egress.seal import seal


def main() -> None:
    if len(sys.argv) < 2:  # noqa: PLR2004 - the program and a module
        sys.exit("Name a module and its arguments, as in: python -m bot.egress.sealed bot demo")
    sys.stderr.write(f"{seal().value}\n")
    sys.stderr.flush()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
