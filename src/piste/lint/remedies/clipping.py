"""Bounds the length of the gradient."""

from piste.core.findings import Finding
from piste.lint.bench import Bench
from piste.lint.remedies.optimiser import chained, refuse_own_step
from piste.lint.remedies.remedy import Mended, Remedy, changed

_USUAL = 1.0


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose gradients are shortened to the norm that the finding says, 1 if it says none."""
    import optax

    pipeline = bench.pipeline
    norm = float(finding.settings.get("clip", _USUAL))
    refuse_own_step(pipeline, f"By hand: optax.chain(optax.clip_by_global_norm({norm:.3g}), optimiser).")
    optimiser = chained(optax.clip_by_global_norm(norm), pipeline.optimiser)
    return Mended(changed(pipeline, optimiser=optimiser), f"gradients longer than {norm:.3g} are shortened to it")


REMEDY = Remedy("clipping", "Bounds the length of the gradient", mend, later=True)
