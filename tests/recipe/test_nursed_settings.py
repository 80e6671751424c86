import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.core.nursing_words import Factor, Wish, parsed
from piste.data.settings import DataSettings
from piste.recipe.nursed_settings import changeable, changed, rate_factor, wished
from piste.recipe.settings import ModelSettings, Settings
from piste.train.settings import TrainingSettings
from piste.train.timeline import Effort

SETTINGS = Settings(
    DataSettings(), ModelSettings(dropout=0.2), TrainingSettings(epochs=10, weight_decay=0.01, patience=3, clip=1.0)
)
EFFORT = Effort(2, 8, np.asarray([0.4, 0.3, 0.2, 0.1, 0.0]))


def test_what_may_be_changed_goes_into_a_branch_and_back() -> None:
    values = changeable(SETTINGS)
    assert (values["epochs"], values["dropout"], values["weight_decay"]) == (10, 0.2, 0.01)
    assert changed(SETTINGS, values) == SETTINGS
    assert changed(SETTINGS, {"augment": ["shift:1"]}).training.augment == ("shift:1",)


def test_wishes_change_what_they_name_and_nothing_else() -> None:
    after = wished(SETTINGS, parsed("more 5 weight-decay 3x dropout none back 3 rate 2x"))
    assert after.training.epochs == 15
    assert after.training.weight_decay == pytest.approx(0.03)
    assert after.model.dropout == 0.0
    assert changed(after, changeable(SETTINGS)) == SETTINGS
    with pytest.raises(SettingError, match="The 'dropout' setting must be"):
        wished(SETTINGS, parsed("dropout 1"))


@pytest.mark.parametrize(
    ("wish", "step", "factor"),
    [
        (None, 1, 0.5),
        (Wish("rate", Factor(0.1)), 1, 0.05),
        (Wish("rate", 0.6), 1, 2.0),  # 0.3 of the schedule becomes 0.6
        (Wish("rate", 0.6), 3, 6.0),
    ],
)
def test_a_rate_scales_the_rest_of_the_schedule(wish: Wish | None, step: int, factor: float) -> None:
    assert rate_factor(wish, 0.5, EFFORT, step, 1.0) == pytest.approx(factor)


def test_what_the_plateau_took_is_counted() -> None:
    assert rate_factor(Wish("rate", 0.6), 1.0, EFFORT, 1, 0.1) == pytest.approx(20.0)


@pytest.mark.parametrize(
    ("wish", "step", "said"),
    [(Wish("rate", Factor(0.0)), 1, "A rate of 0 trains nothing"), (Wish("rate", 0.1), 4, "no rate left to set")],
)
def test_a_rate_that_cannot_be_is_refused(wish: Wish, step: int, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        rate_factor(wish, 1.0, EFFORT, step, 1.0)
