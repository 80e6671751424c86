"""Measure the linter on planted faults.

python -m benchmarks.faultbench [--only WORD ...] [--again] [--folder FOLDER]
python -m benchmarks.faultbench --harm     which faults do harm; writes harm.json
python -m benchmarks.faultbench --advice   does the first advice repair it?
python -m benchmarks.faultbench --sample   a few, in a minute
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

from benchmarks.faultbench import advice, score
from benchmarks.faultbench.harm import harmful, measure
from benchmarks.faultbench.instances import Instance, clean, faulty, sample
from benchmarks.faultbench.run import configure, run


def main() -> None:
    """Run what the arguments ask for, and print the tables."""
    arguments = _arguments()
    configure(arguments.folder)
    wanted = sample() if arguments.sample else [*clean(), *faulty()]
    if arguments.only:
        wanted = [one for one in wanted if any(word in one.name for word in arguments.only)]
    if arguments.harm:
        measure([one for one in wanted if one.fault], arguments.folder / "harm.jsonl")
        return
    twins = {one.name: one for one in map(_twin, wanted)}
    ordered = sorted({one.name: one for one in [*wanted, *twins.values()]}.values(), key=lambda one: one.program)
    lines = run(ordered, arguments.folder / "results.jsonl", arguments.again)
    if arguments.harmful:
        harm = harmful()
        unknown = [one for one in wanted if one.fault and one.name not in harm]
        benign = [one for one in wanted if one.fault and not harm.get(one.name, True)]
        print(f"{len(benign)} planted faults did no harm, and of {len(unknown)} it is not known: both are left out.\n")
        wanted = [one for one in wanted if one not in benign and one not in unknown]
    for half in ("dev", "test", ""):
        _print(half or "both halves", [one for one in wanted if half in one.half], lines)
    if arguments.advice:
        asked = advice.sample(wanted)
        print(f"## Advice\n\n{advice.measure(asked, lines, arguments.folder / 'advice.jsonl')}\n")
    seconds = sum(lines[one.name]["seconds"] for one in ordered)
    print(f"\n{seconds / 60:.1f} CPU minutes for {len(ordered)} judgements")


def _twin(instance: Instance) -> Instance:
    return Instance(instance.program, None, None, instance.seed)


def _print(half: str, instances: list[Instance], lines: Mapping[str, score.Line]) -> None:
    faults = [one for one in instances if one.fault]
    healthy = [one for one in instances if not one.fault]
    verdicts = [score.verdict(one, lines[one.name], lines[_twin(one).name]) for one in faults]
    print(f"## {half}: {len(faults)} faults, {len(healthy)} clean runs\n")
    print("| what | measured [95 %: Wilson] |\n| --- | --- |")
    print(score.table(verdicts, healthy, lines))
    if half == "both halves":
        print(f"\n### Named first, by fault\n\n{score.confusion(verdicts)}")
        print(f"\n### Missed, or not named first\n\n{score.missed(verdicts, lines)}")
        print(f"\n### Alarms on clean runs\n\n{score.false_alarms(healthy, lines)}")
    print()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faultbench", description=__doc__)
    parser.add_argument("--only", nargs="*", default=(), help="instances whose name has one of these words")
    parser.add_argument("--again", action="store_true", help="judge everything again")
    parser.add_argument("--harm", action="store_true", help="measure which faults do harm")
    parser.add_argument("--harmful", action="store_true", help="count the faults alone that do harm by harm.json")
    parser.add_argument("--advice", action="store_true", help="follow the first advice, and train again")
    parser.add_argument("--sample", action="store_true", help="a few instances")
    parser.add_argument("--folder", type=Path, default=Path("runs/faultbench"), help="where results are kept")
    return parser.parse_args()


if __name__ == "__main__":
    main()
