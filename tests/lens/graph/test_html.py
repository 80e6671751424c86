"""A notebook shows folds; a plain prompt one line, and print the tree."""

from typing import Any

import jax
import jax.numpy as jnp

from piste.lens.look import look


def test_layers_are_folds_and_names_stay_text() -> None:
    def loss(p: Any) -> Any:
        with jax.named_scope("one"):
            return jnp.sum(jax.nn.log_softmax(p["<i>w"]))

    seen = look(loss, {"<i>w": jnp.ones(3)}, title="small")
    html = seen._repr_html_()
    assert html.count("<details") == 2
    assert "<summary>one: " in html
    assert "&lt;i&gt;w" in html
    assert "<i>" not in html
    assert repr(seen).startswith("Lens('small', loss -3.2958, ")
    assert str(seen).startswith("small: loss -3.2958")
