"""Numbers, sentences and LaTeX of a derivation, from its record alone."""

from dataclasses import replace

from piste.core.graph_words import chain_latex, chain_text, counted, number
from piste.core.graphs import ChainRecord, Factor, PathRecord, Station, Statistics

ONE = Statistics(1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0, (1.0,))
PATH = PathRecord(
    (Factor("w[0]", "mul[0]", 2.0, 6.0, 3.0, "the other factor"), Factor("mul[0]", "sum", 6.0, 6.0, -1.0, "")), -3.0
)
CHAIN = ChainRecord("w[0]", 2.0, -3.0, 6.0, (Station("sum", "sum", (), ONE, 3.0, 1.0, -3.0),), (PATH,), 1.0, 0.0)


def test_a_number_has_five_digits_and_nothing_has_no_sign() -> None:
    assert [number(one) for one in (-0.0, 1 / 3, -123456.0, 1e-9)] == ["0", "0.33333", "-1.2346e+05", "1e-09"]


def test_the_sentence_counts_paths_and_says_what_is_left() -> None:
    assert counted(CHAIN) == "1 path leads to the loss: its product is the derivative."
    assert counted(replace(CHAIN, paths=(PATH, PATH), count=2.0)).startswith("2 paths lead to the loss: they add up")
    many = replace(CHAIN, count=12000.0, rest=0.25)
    assert (
        counted(many) == "12,000 paths lead from it to the loss; the 1 heaviest are shown, all others add up to 0.25."
    )


def test_the_text_multiplies_in_order() -> None:
    text = chain_text(CHAIN)
    assert "path 1: 3 x (-1) = -3" in text
    assert "-> mul[0] =          6   x          3   the other factor" in text
    assert "moves           3  gradient           1  product          -3" in text


def test_the_latex_ends_at_the_loss_and_adds_what_is_left() -> None:
    latex = chain_latex(CHAIN)
    assert (
        r"\frac{\partial L}{\partial \text{mul}_{0}} \cdot \frac{\partial \text{mul}_{0}}{\partial \text{w}_{0}}"
        in latex
    )
    assert r"\\ &= (-1) \cdot 3" in latex
    assert r"\cdots" in chain_latex(replace(CHAIN, gradient=-2.5, count=7.0, rest=0.5))
    assert r"+ 0.5" in chain_latex(replace(CHAIN, gradient=-2.5, count=7.0, rest=0.5))
