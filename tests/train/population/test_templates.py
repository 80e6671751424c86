from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.train.population.trials import plan

from piste.nn.augment.mixing import Mixup
from piste.nn.augment.noise import Noise
from piste.nn.losses import CrossEntropy, Focal, Loss
from piste.nn.traced import Choice, NearOne
from piste.nn.zoo.mlp import mlp
from piste.train.averaging import Averaging
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.plateau import Plateau
from piste.train.population.knobs import KNOBS
from piste.train.population.templates import example_of, filled, outline_of, row_of, template_of

SHARES = st.sampled_from([0.0, 0.1, 0.25, 0.9])
LOSSES: st.SearchStrategy[Loss] = st.one_of(
    st.builds(CrossEntropy, smoothing=SHARES), st.builds(Focal, gamma=st.sampled_from([0.5, 2.0]))
)
PLANS = st.builds(
    lambda activation, dropout, width, **settings: plan(
        mlp(3, (width,), activation=activation, dropout=dropout, batch_norm=False), **settings
    ),
    activation=st.sampled_from(["relu", "tanh", "elu"]),
    dropout=st.sampled_from([0.0, 0.1, 0.5]),
    width=st.sampled_from([4, 6]),
    loss=LOSSES,
    optimiser=st.builds(
        Optimiser, st.sampled_from(["adamw", "nadam"]), SHARES, SHARES, st.none() | SHARES, st.none() | SHARES
    ),
    augment=st.just(()) | st.tuples(st.builds(Noise, st.sampled_from([0.1, 0.3])), st.builds(Mixup, st.just(0.2))),
    plateau=st.none() | st.builds(Plateau, st.integers(1, 3), st.sampled_from([0.1, 0.5])),
    averaging=st.none() | st.builds(Averaging, st.just("ema"), st.sampled_from([0.9, 0.99])),
)  # fmt: skip


def plain(part: Any, other: Any) -> Any:
    """Return what a filled setting stands for, of a program that is run by NumPy."""
    if isinstance(part, NearOne):
        assert part.rest == 1.0 - part.value
        return float(part.value)
    if isinstance(part, Choice):
        return part.options[int(part.index)]
    return other if part is other else float(part)


def same(found: Any, part: Any) -> None:
    """Hold a filled part against the part that it was made for."""
    if isinstance(part, tuple):
        assert len(found) == len(part)
        for one, other in zip(found, part, strict=True):
            same(one, other)
        return
    if not hasattr(part, "__dataclass_fields__"):
        assert found == part
        return
    assert isinstance(found, type(part))
    for name in part.__dataclass_fields__:
        kind, own = KNOBS.get(type(part), {}).get(name), getattr(part, name)
        if kind is None:
            same(getattr(found, name), own)
        elif kind.form != "vector":
            value = plain(getattr(found, name), own)
            assert value == own or value == kind.value(own, part)


@given(st.lists(PLANS, min_size=1, max_size=6))
def test_a_template_filled_with_a_plans_values_is_the_plan(plans: list[Plan]) -> None:
    kin = [one for one in plans if outline_of(one) == outline_of(plans[0])]
    template = template_of(kin)
    assert hash(template) == hash(template_of(kin))
    assert row_of(template, example_of(template)) is not None
    for one in kin:
        row = row_of(template, one)
        assert row is not None
        same(filled(template, row), one)  # type: ignore[arg-type]
    for one in plans:
        assert (row_of(template, one) is None) or outline_of(one) == outline_of(kin[0])


@given(PLANS)
def test_what_is_equal_in_all_plans_is_part_of_the_program(one: Plan) -> None:
    assert template_of([one, one]) == one
    assert row_of(one, one) is not None
    assert len(row_of(one, one)) == 0  # type: ignore[arg-type]
