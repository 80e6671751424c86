"""The derivation as text, LaTeX, picture and notebook cell."""

from typing import Any
from xml.etree import ElementTree

import jax.numpy as jnp
import pytest

from piste.lens.chain.shown import Chain
from piste.lens.look import look


@pytest.fixture(scope="module")
def chain() -> Chain:
    def loss(p: Any, x: Any) -> Any:
        return jnp.sum((jnp.tanh(x @ p["a_<b>"]) - 1.0) ** 2)

    return look(loss, {"a_<b>": jnp.asarray([[0.5], [0.25]])}, jnp.asarray([[2.0, -1.0]])).chain("a_<b>[0, 0]")


def test_the_text_has_each_factor_with_its_rule_and_the_product(chain: Chain) -> None:
    lines = chain.text().splitlines()
    assert lines[0] == f"d loss / d a_<b>[0, 0] = {chain.gradient:.5g}"
    assert "1 path leads to the loss: its product is the derivative." in lines
    assert any("tanh[0, 0]" in line and "1 - tanh(x)^2" in line for line in lines)
    assert str(chain) == chain.text()


def test_the_latex_is_balanced_and_its_numbers_stand_in_the_order_of_the_symbols(chain: Chain) -> None:
    latex = chain.latex()
    assert latex.count("{") == latex.count("}")
    assert r"\frac{\partial \text{tanh}_{0, 0}}{\partial \text{matmul}_{0, 0}}" in latex
    values = latex.split(r"\\ &= ")[1].split(r" \cdot ")
    assert values[-1].strip() == "2"  # the first local derivative stands last, as in the symbols
    assert latex == chain._repr_latex_()


def test_the_picture_is_one_row_for_a_path_and_names_cannot_become_markup(chain: Chain) -> None:
    root = ElementTree.fromstring(chain.svg())
    said = ["".join(one.itertext()) for one in root.iter() if one.tag.endswith("text")]
    assert "a_<b>[0, 0]" in said
    assert "x 2" in said
    assert root.attrib["aria-label"].startswith("d loss / d a_<b>[0, 0]")
    assert "<b>" not in chain._repr_html_()
