"""`piste rate`."""

from piste.cli.options import Chosen, with_settings
from piste.cli.output import console, write_json
from piste.recipe.settings import SECTIONS, Settings


def _rate(
    data: str,
    /,
    *,
    chosen: Chosen,
    lowest: float = 1e-6,
    highest: float = 10.0,
    quiet: bool = False,
    json: bool = False,
) -> None:
    """Find a learning rate for DATA: a short training whose rate grows shows where the loss falls fastest.

    Nothing is written. The settings are those of `piste train`; give the same, since the best rate depends on them.

    Parameters
    ----------
    data
        As for `piste train`.
    lowest
        Where the rate begins.
    highest
        Where it ends.
    quiet
        Say nothing but the verdict.
    json
        Write what was found as JSON, with the loss at every rate, and nothing else.
    """
    from piste.recipe.progress import listener
    from piste.recipe.rate import find_rate_with

    settings = Settings(**chosen.settings)
    found = find_rate_with(data, settings, chosen.origins, lowest, highest, listener(quiet or json))
    if json:
        write_json(found)
        return
    console().print(found.verdict, markup=False)
    if found.rate is not None:
        console().print(f"piste train {data} --learning-rate {found.rate:.2g}", markup=False)


rate = with_settings(SECTIONS, _rate)
