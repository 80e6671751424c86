"""What is measured: every planted fault once, and clean trainings from several seeds."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.faultbench.faults import FAULTS
from benchmarks.faultbench.faults.fault import Fault
from benchmarks.faultbench.programs import PROGRAMS
from benchmarks.faultbench.training import Training

SEEDS, ODD_SEEDS = 10, 5  # of clean runs: 20 kinds of program and 21 odd ones, 305 together
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Instance:
    """One training that the linter judges."""

    program: str
    fault: Fault | None
    strength: Any
    seed: int

    @property
    def name(self) -> str:
        """For records: "L02-sum/mlp-digits/None/0"."""
        return f"{self.fault.name if self.fault else 'clean'}/{self.program}/{self.strength}/{self.seed}"

    @property
    def half(self) -> str:
        """ "dev", on which rules may be tuned, or "test"."""
        return PROGRAMS[self.program].half

    @property
    def odd(self) -> bool:
        """Whether the program is one of the odd but healthy ones."""
        return PROGRAMS[self.program].odd

    @property
    def planting(self) -> str:
        """A hash of the code that makes the training."""
        module = self.fault.plant.__code__.co_filename if self.fault else ""
        return _hash((Path(module).name,)) if module else _hash(())

    def make(self, seed: int | None = None) -> Training:
        """Return the training, from another seed if wanted."""
        clean = self.twin(seed)
        return clean if self.fault is None else self.fault.plant(clean, self.strength)

    def twin(self, seed: int | None = None) -> Training:
        """Return the training without the fault."""
        return PROGRAMS[self.program].make(self.seed if seed is None else seed)


@cache
def _hash(faults: tuple[str, ...]) -> str:
    files = [*sorted(HERE.glob("programs/*.py")), *(HERE / "faults" / one for one in faults)]
    files += [HERE / name for name in ("data.py", "layers.py", "training.py", "pieces.py")]
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:12]


def faulty() -> Iterator[Instance]:
    """Yield every planted fault, program by program so that compiled programs are shared."""
    planted = [
        Instance(program, fault, strength, 0)
        for fault in FAULTS
        for program in fault.programs
        for strength in fault.strengths
    ]
    yield from sorted(planted, key=lambda one: one.program)


def clean() -> Iterator[Instance]:
    """Yield the trainings without a fault."""
    for name, program in PROGRAMS.items():
        for seed in range(ODD_SEEDS if program.odd else SEEDS):
            yield Instance(name, None, None, seed)


def sample() -> list[Instance]:
    """Return a few of both, for a test: every tenth fault of the quick programs, and each quick program once."""
    quick = ("mlp-digits", "multi-label", "regression-friedman", "logistic-cancer")
    faults = [one for one in faulty() if one.program in quick][::9]
    return [*(one for one in clean() if one.program in quick and one.seed < 2), *faults]
