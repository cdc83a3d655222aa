"""Says how diverse the written corpus is: `python -m models.training.corpus.check [FILE ...]`."""

import argparse
import sys
from pathlib import Path
from typing import Final

from models.evaluation.diversity import report
from models.evaluation.written import CorpusError, read

MESSAGES: Final = Path(__file__).parent / "messages"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="*", default=sorted(MESSAGES.glob("*.txt")))
    try:
        lines = [line for path in parser.parse_args().files for line in read(path)]
    except CorpusError as error:
        sys.exit(str(error))
    print(*report(lines), sep="\n")


if __name__ == "__main__":
    main()
