r"""What does the linter find in real data with known faults, how long does it take, and what do peers find?

    python -m benchmarks.linter [--case NAME ...] [--repeats 3] [--cleanlab PYTHON] [--deepchecks PYTHON] [--no-labels]

Each case is `piste lint` in a process of its own; the first one fills the cache of compiled programs, the times are
those of the repeats after it, start of the interpreter included. A fault counts as found where a finding of the rule
names it. Of the clean sets neither a warning nor an error may be said. MNIST with 5 % of its labels changed is judged
by precision and recall of the suspects, beside cleanlab's on the same probabilities. The folder that PISTE_DATA names
holds the data.

cleanlab and deepchecks have requirements of their own, so that each has an environment, whose interpreter is named:

    python -m venv cleanlab && cleanlab/bin/pip install cleanlab==2.9.0
    python -m venv deepchecks && deepchecks/bin/pip install deepchecks==0.19.1 "numpy<2" "pandas<2.3" \
        "scikit-learn<1.6" "category-encoders<2.7" "setuptools<80"
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.linter.cases import CASES, Case, Fault
from benchmarks.linter.labels import compare
from benchmarks.linter.tables import TARGET, written

HERE = Path(__file__).parent


def main() -> int:
    """Run the cases; return 1 where a fault is missed, a clean set is accused, or a time or the labels miss."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--case", nargs="*", choices=list(CASES), default=list(CASES), metavar="NAME")
    parser.add_argument("--repeats", type=int, default=3, metavar="N")
    parser.add_argument("--cleanlab", metavar="PYTHON", help="interpreter of an environment with cleanlab")
    parser.add_argument("--deepchecks", metavar="PYTHON", help="interpreter of an environment with deepchecks")
    parser.add_argument("--no-labels", action="store_true", help="leave the changed labels out")
    given = parser.parse_args()
    say("| data | warnings, errors | s [least, most] | at most | |\n| --- | --- | --- | --- | --- |")
    good, faults = True, []
    for name in given.case:
        record, seconds = linted(CASES[name], given.repeats)
        row, right = _row(name, CASES[name], record, seconds)
        say(row)
        good &= right
        faults += [(name, fault, found(fault, record)) for fault in CASES[name].faults]
    say(f"\n| data | fault | Piste | deepchecks | scikit-learn |\n{'| --- ' * 5}|")
    peers = {name: _peers(CASES[name], given.deepchecks) for name in given.case if CASES[name].table}
    for name, fault, seen in faults:
        good &= seen != "missed"
        others = [_by_peer(fault, peers.get(name, {}), peer) for peer in ("deepchecks", "scikit-learn")]
        say(f"| {name} | {fault.what} | {seen} | {' | '.join(others)} |")
    for name in given.case:
        if CASES[name].clean:
            said = [_alarms(peers.get(name, {}), peer) for peer in ("deepchecks", "scikit-learn")]
            say(f"| {name} | none | see above | {' | '.join(said)} |")
    if not given.no_labels:
        good &= _labels(given.cleanlab)
    return 0 if good else 1


def linted(case: Case, repeats: int) -> tuple[dict[str, Any], list[float]]:
    """Return what `piste lint` says of `case`, and the seconds of each repeat after the first."""
    words = [word.format(data=os.environ["PISTE_DATA"]) for word in case.words]
    command = [sys.executable, "-m", "piste", "lint", *words, "--json", "--quiet"]
    times, answer = [], ""
    for _ in range(1 + repeats):
        start = time.perf_counter()
        done = subprocess.run(command, stdout=subprocess.PIPE, check=False, text=True)
        times.append(time.perf_counter() - start)
        if done.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
        answer = done.stdout
    return json.loads(answer), times[1:] or times


def _findings(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for rule in record["rules"] for one in rule["findings"]]


def found(fault: Fault, record: dict[str, Any]) -> str:
    """Return the code and severity of the finding that names `fault`, or "missed"."""
    code, mark = fault.piste
    for one in _findings(record):
        text = json.dumps([one["title"], one["where"], one["evidence"]])
        if one["code"] == code and mark in text:
            return f"{code}, {one['severity']}"
    return "missed"


def _row(name: str, case: Case, record: dict[str, Any], seconds: list[float]) -> tuple[str, bool]:
    heads = [one for one in _findings(record) if not one["under"]]
    counts = [[one["code"] for one in heads if one["severity"] == level] for level in ("warning", "error")]
    broken = [rule["code"] for rule in record["rules"] if rule["outcome"] == "failed"]
    late = case.at_most is not None and median(seconds) > case.at_most
    accused = case.clean and any(counts)
    words = [
        *(["MISSED: slow"] if late else []),
        *(["MISSED: false alarm"] if accused else []),
        *([f"broken: {', '.join(broken)}"] if broken else []),
    ]
    said = "; ".join(", ".join(codes) or "none" for codes in counts)
    limit = f"{case.at_most:g}" if case.at_most else "-"
    took = f"{median(seconds):.1f} [{min(seconds):.1f}, {max(seconds):.1f}]"
    return f"| {name} | {said} | {took} | {limit} | {'; '.join(words)} |", not words


def _peers(case: Case, deepchecks: str | None) -> dict[str, Any]:
    """Return what each peer says of the case's table, divided as Piste divides it."""
    scripts = {"scikit-learn": (sys.executable, HERE / "by_sklearn.py")}
    if deepchecks:
        scripts["deepchecks"] = (deepchecks, HERE / "by_deepchecks.py")
    said = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = written(case, os.environ["PISTE_DATA"], Path(folder))
        for peer, (python, script) in scripts.items():
            command = [python, str(script), *map(str, paths), TARGET]
            done = subprocess.run(command, capture_output=True, check=False, text=True, cwd=folder)
            lines = done.stderr.strip().splitlines() or ["nothing"]
            said[peer] = json.loads(done.stdout) if done.returncode == 0 else {"failed": lines[-1]}
    return said


def _by_peer(fault: Fault, said: dict[str, Any], peer: str) -> str:
    answer = said.get(peer)
    if answer is None or "failed" in answer:
        return _silent(answer)
    if peer == "scikit-learn":
        return "; ".join(answer["said"]) or f"nothing; accuracy {answer['score']:.3f}"
    check, mark = fault.deepchecks
    hits = [text for name, text in answer["found"] if check and check in name and mark in text]
    return f"{check}, {hits[0].split(':')[0].lower()}" if hits else "missed"


def _alarms(said: dict[str, Any], peer: str) -> str:
    answer = said.get(peer)
    if answer is None or "failed" in answer:
        return _silent(answer)
    if peer == "scikit-learn":
        return "; ".join(answer["said"]) or "nothing"
    return "; ".join(sorted({f"{name} ({text.split(':')[0].lower()})" for name, text in answer["found"]})) or "nothing"


def _silent(answer: dict[str, Any] | None) -> str:
    return "-" if answer is None else f"broke: {answer['failed'][:60]}"


def _labels(cleanlab: str | None) -> bool:
    say(f"\n| labels of MNIST, 5 % changed | seed | named | precision | recall | F1 |\n{'| --- ' * 6}|")
    good = True
    for seed in (0, 1):
        ours, *theirs = compare(cleanlab, seed)
        for one in (ours, *theirs):
            say(f"| {one.who} | {seed} | {one.named} | {one.precision:.3f} | {one.recall:.3f} | {one.f1:.3f} |")
        good &= all(ours.f1 >= one.f1 for one in theirs)
    return good


def say(text: str) -> None:
    """Print at once, since a case can take a minute."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
