"""The gradients are those of the loss: computed slopes equal measured ones in float64."""

from collections.abc import Iterator

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.slopes import gradient_check
from piste.lint.rule import Group, Rule
from piste.lint.tree import matches

_TOLERANCE = 1e-2  # a right gradient agrees to 1e-6, and to 1e-4 beside a kink


def check(bench: Bench) -> Iterator[Finding]:
    """Yield leaves whose computed slope is not the measured one."""
    found, declared = bench.probe(gradient_check), bench.pipeline.declared
    tolerance = _TOLERANCE if found.double else 0.2
    wrong = {path: pair for path, pair in found.wrong(tolerance).items() if not matches(path, declared.frozen)}
    if not wrong:
        return
    path = max(wrong, key=lambda one: abs(wrong[one][0] - wrong[one][1]))
    computed, measured = wrong[path]
    yield RULE.finding(
        Severity.ERROR if found.double else Severity.WARNING,
        f"The gradient of {path} is not that of the loss",
        evidence=[
            Evidence(f"slope along a random direction of {path}", f"{computed:.4g}", f"{measured:.4g} (measured)"),
            Evidence("leaves that differ", f"{len(wrong)} of {len(found.slopes)}", "0"),
        ],
        cause="A stop_gradient on part of the way, or a wrong derivative written by hand (custom_vjp).",
        fix="Take the stop_gradient out, or check the derivative; if it is meant: Declared(frozen=(...))",
        key="model.gradient",
        where=Where(layer=path),
    )


RULE = Rule(
    "M103", "gradient-check", "Gradients are those of the loss", Group.MODEL, ("network", "loss", "targets"), check,
    explained_by=("M102", "M105", "M119"),
)  # fmt: skip
