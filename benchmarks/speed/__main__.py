"""How fast is Piste beside its peers, and beside the same training written by hand?

    python -m benchmarks.speed [--contest NAME ...] [--repeats 5] [--json FILE]
    python -m benchmarks.speed --markdown FILE ...

In each contest everybody trains the same network from the same rows with the same optimiser, batch size and number of
steps, on as many threads as they like, and judges the test rows after every epoch. They take turns. "Cold" is the
first training of a process, compilation included, imports not; "warm" the median of the repeats after it. A ratio is
peer over Piste in the same round; the table gives the median, the least and the most, and counts none where the
accuracies differ by more than the contest's margin. `--json` adds the figures to a file, `--markdown` prints the table
from such files. Peers: `make peers`; one that is not installed is left out. The folder that PISTE_DATA names holds
MNIST and MNIST-1D.
"""

import argparse
import dataclasses
import json
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.speed.contest import Outcome, Result
from benchmarks.speed.contests import CONTESTS
from benchmarks.speed.rounds import run
from benchmarks.speed.table import HEADER, reached, rows

PACKAGES = ("jax", "jaxlib", "numpy", "scikit-learn", "torch", "keras", "lightning", "skorch")


def main() -> int:
    """Run the contests named, or all; return 1 where a target is missed or a ratio does not count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contest", nargs="+", choices=list(CONTESTS), default=list(CONTESTS), metavar="NAME",
                        help=", ".join(CONTESTS))  # fmt: skip
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="warm trainings of each (default 5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures there, beside those of others")
    parser.add_argument("--markdown", type=Path, nargs="+", metavar="FILE", help="print the table from kept figures")
    arguments = parser.parse_args()
    if arguments.markdown:
        kept = {name: result for file in arguments.markdown for name, result in read(file).items()}
        say(
            "\n".join([HEADER, *(row for name in CONTESTS if name in kept for row in rows(CONTESTS[name], kept[name]))])
        )
        return 0
    say(f"{' '.join(f'{name} {version_of(name)}' for name in PACKAGES)}\n\n{HEADER}")
    good = []
    for name in arguments.contest:
        result = run(name, CONTESTS[name], max(arguments.repeats, 1))
        say("\n".join(rows(CONTESTS[name], result)))
        good.append(reached(CONTESTS[name], result))
        if arguments.json:
            write(arguments.json, {**read(arguments.json), name: result})
    return 0 if all(good) else 1


def read(file: Path) -> dict[str, Result]:
    """Return the results kept in `file`, by contest; none where there is no such file."""
    if not file.is_file():
        return {}
    return {name: _result(values) for name, values in json.loads(file.read_text()).items() if name in CONTESTS}


def write(file: Path, results: dict[str, Result]) -> None:
    """Keep `results` in `file`."""
    file.write_text(json.dumps({name: dataclasses.asdict(result) for name, result in results.items()}, indent=1))


def _result(values: dict[str, Any]) -> Result:
    outcomes = [Outcome(**{**one, "warm": tuple(one["warm"])}) for one in values["outcomes"]]
    return Result(values["contest"], tuple(outcomes), values["steps"])


def version_of(package: str) -> str:
    """Return the installed version of `package`."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def say(text: str) -> None:
    """Print at once, since a contest can take minutes."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
