"""How fast is a search beside its peers, how good is what it finds, and is chance better than a grid?

    python -m benchmarks.search PART [--trials N] [--peer-trials N] [--peers NAME ...] [--minutes M] [--json FILE]

digits, cnn, gru: the same trials, with the same number of epochs, by Piste and by its peers: 256 of an MLP on
scikit-learn's digits, 64 of the CNN and of the GRU of MNIST-1D. Piste runs in a fresh process with empty caches, so
that its time is all a person waits for: reading, compiling, training, keeping and concluding. Of peers the import is
not counted; they are timed on fewer trials, evenly taken, and scaled, which the table says. The scores of trial after
trial are compared: a ratio counts where their median differs by no more than the margin.

reach: seconds until a search with Hyperband comes within half a point of the best of 256 full trainings of that CNN,
over the seeds given, beside Optuna's Hyperband and PyTorch; --mark leaves the 256 trainings out.

grid: 25 points of a grid beside 25 random ones, over 20 repeats (Bergstra & Bengio 2012).

quality: one command beside gradient-boosted trees tuned for as long, on digits, ionosphere, adult, diamonds and
MNIST-1D; with --cpu the minutes are of computing, not of the clock on the wall.

gpu: 1024 MLPs of MNIST-1D as one population beside PyTorch, one after the other and all at once; it needs a GPU.

The folder that PISTE_DATA names holds MNIST-1D and the tables. A peer that is not installed is left out.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.search import gpu, grid, quality, race, reach

PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    **dict.fromkeys(race.RACES, race.run),
    "reach": reach.run,
    "grid": grid.run,
    "quality": quality.run,
    "gpu": gpu.run,
}


def main() -> int:
    """Run the part that is named; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=list(PARTS))
    parser.add_argument("--trials", type=int, metavar="N", help="of Piste (256 of digits, 64 of cnn and gru)")
    parser.add_argument("--peer-trials", type=int, default=32, metavar="N", help="of each peer (default 32)")
    parser.add_argument("--peers", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--ours", type=Path, metavar="FOLDER", help="keep what Piste did there, or take what it holds")
    parser.add_argument("--epochs", type=int, metavar="N", help="of each trial, instead of the part's own")
    parser.add_argument("--seeds", nargs="+", type=int, metavar="SEED", help="of reach (0 to 9) and grid (0 to 19)")
    parser.add_argument("--mark", type=float, metavar="ACCURACY", help="of reach, found before")
    parser.add_argument("--sampler", default="zoom", help="of reach, Piste's (default zoom)")
    parser.add_argument("--limit", type=float, default=120.0, metavar="S", help="of reach, for each side (default 120)")
    parser.add_argument(
        "--minutes", type=float, default=10.0, metavar="M", help="of quality, for each side (default 10)"
    )
    parser.add_argument("--cpu", action="store_true", help="of quality, count the minutes that the process computes")
    parser.add_argument("--data", nargs="+", metavar="NAME", help="of quality, only these tables")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures there")
    arguments = parser.parse_args()
    figures = PARTS[arguments.part](arguments)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1))
    return 0 if figures["reached"] else 1


if __name__ == "__main__":
    sys.exit(main())
