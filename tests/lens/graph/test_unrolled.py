"""A graph written out computes the same from the same numbers, and names rounds and branches."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from piste.lens.graph import unrolled as module
from piste.lens.graph.unrolled import TooLongError, folded
from piste.lens.look import look

W, X = jnp.asarray([[0.5, -0.2], [0.3, 0.8]]), jnp.asarray([[1.0, 0.5], [-0.4, 0.2], [0.3, -0.9]])


def nested(w: Any, x: Any) -> Any:
    """Return a loop with a branch in every round, whose rows come last first."""

    def step(state: Any, row: Any) -> Any:
        with jax.named_scope("cell"):
            new = lax.cond(jnp.sum(row) > 0, lambda s: jnp.tanh(s @ w + row), lambda s: jax.nn.softplus(s @ w), state)
        return new, new[0]

    state, seen = lax.scan(step, jnp.zeros(2, w.dtype), x, reverse=True)
    return jnp.sum(state**2) + jnp.mean(seen * jnp.arange(3.0, dtype=w.dtype))


def until(w: Any, x: Any) -> Any:
    return jnp.sum(lax.while_loop(lambda s: jnp.sum(s**2) < 50, lambda s: s @ w * 2 + 1, x[0]))


@pytest.mark.parametrize("function", [nested, until])
def test_it_computes_the_same_loss_and_gradients(function: Callable[..., Any]) -> None:
    seen = look(function, W, X)
    written = seen.unrolled
    assert not any(one.operation in ("scan", "while", "cond") for one in written.nodes)
    assert written.loss == pytest.approx(seen.loss, rel=1e-6)
    np.testing.assert_allclose(written.gradient("w"), seen.gradient("w"), rtol=1e-5)
    assert written.check("w", 2).error < 1e-6


def test_rounds_and_branches_are_in_the_names() -> None:
    names = [one.name for one in look(nested, W, X).unrolled.nodes]
    assert "scan/round 0/cell/cond/branch 1/softplus/logaddexp" in names  # the last row first
    assert "scan/round 2/cell/cond/branch 2/tanh" in names


def test_what_can_be_written_out_is_said_where_a_gradient_passes() -> None:
    seen = look(lambda w, x: jnp.sum(w * lax.fori_loop(0, 3, lambda i, s: s * 2.0, x)), W, X[:2])
    assert folded(seen.traced, seen.node("w").number) == ()
    seen = look(nested, W, X)
    assert folded(seen.traced, seen.node("w").number) == ("scan",)


def test_a_graph_that_would_be_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 5)
    seen = look(nested, W, X)
    with pytest.raises(TooLongError, match="more than 5 operations: open one round"):
        _ = seen.unrolled
    chain = seen.chain("w[0, 0]").record
    assert chain.note.startswith("scan: one factor here, not written out.")
    assert sum(one.product for one in chain.paths) + chain.rest == pytest.approx(chain.gradient, rel=1e-5)
