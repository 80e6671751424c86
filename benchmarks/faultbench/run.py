"""Judging instances: one line of JSON each, so that a run can be interrupted and only what changed is done again."""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jax

from benchmarks.faultbench.instances import Instance
from benchmarks.faultbench.pieces import pipeline
from benchmarks.faultbench.training import Training
from benchmarks.faultbench.watching import watched
from piste.core.findings import Finding, LintRecord, Outcome
from piste.lint import catalog
from piste.lint.catalog import RULES
from piste.lint.judge import judge

SECONDS = 600.0  # a judgement, of which it takes few; a busy machine must not decide which rules run
Line = dict[str, Any]


def lint(training: Training) -> LintRecord:
    """Return what the linter says before, while and after `training` goes on."""
    end, seen = watched(training) if training.own_step else (None, None)
    return judge(pipeline(training, end, seen), RULES, seconds=SECONDS)


@cache
def of_rules() -> str:
    """Return a hash of the linter's code, so that a line says which rules it was judged with."""
    files = sorted(Path(catalog.__file__).parent.rglob("*.py"))
    return hashlib.sha256(b"".join(one.read_bytes() for one in files)).hexdigest()[:12]


def one(instance: Instance) -> Line:
    """Return the line of one instance: what was found and what was not run."""
    began = time.process_time()
    line: Line = {"name": instance.name, "planting": instance.planting, "rules": of_rules()}
    try:
        record = lint(instance.make())
    except Exception as error:  # the training itself may break, which is an answer too
        return {**line, "broken": f"{type(error).__name__}: {error}"[:500], "causes": [], "seconds": 0.0}
    slowest = sorted(record.rules, key=lambda rule: -rule.seconds)[:5]
    return {
        **line,
        "causes": [_told(finding) for finding in record.causes if finding.key.split(".")[0] != "failed"],
        "all": sorted({finding.code for finding in record.findings}),
        "not_run": {rule.code: rule.reason for rule in record.rules if rule.outcome is Outcome.NOT_RUN},
        "failed": {rule.code: rule.reason for rule in record.rules if rule.outcome is Outcome.FAILED},
        "slowest": {rule.code: rule.seconds for rule in slowest},
        "seconds": round(time.process_time() - began, 2),
    }


def _told(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code, "key": finding.key, "severity": finding.severity.value, "title": finding.title,
        "remedy": finding.remedy, "p": finding.p_value,
    }  # fmt: skip


def read(file: Path) -> dict[str, Line]:
    """Return the lines of a file by name, the last of each."""
    if not file.exists():
        return {}
    return {line["name"]: line for line in map(json.loads, file.read_text().splitlines())}


def run(instances: Iterable[Instance], file: Path, again: bool = False) -> dict[str, Line]:
    """Judge what `file` does not know yet, or everything `again`; return the lines of all instances by name."""
    wanted = list(instances)
    known: Mapping[str, Line] = {} if again else read(file)
    lines, program = {}, ""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as out:
        for instance in wanted:
            found = known.get(instance.name)
            if found is None or found["planting"] != instance.planting:
                if instance.program != program:
                    jax.clear_caches()  # compiled programs are kept on disk
                    program = instance.program
                found = one(instance)
                out.write(json.dumps(found) + "\n")
                out.flush()
            lines[instance.name] = found
    return lines


def configure(folder: Path) -> None:
    """Keep compiled programs between runs; they are small and run few times, so that little is optimised."""
    os.environ.setdefault("XLA_FLAGS", "--xla_llvm_disable_expensive_passes=true --xla_backend_optimization_level=0")
    jax.config.update("jax_compilation_cache_dir", str(folder / "compiled"))
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)
