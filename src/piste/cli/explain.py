"""`piste explain`."""

from piste.cli.output import console


def explain(code: str, /) -> None:
    """Say what a rule of `piste lint` means, how it measures, how to fix what it found and how to silence it.

    Parameters
    ----------
    code
        The rule's code, as a finding shows it: L101.
    """
    from piste.lint.pages import page

    console().print(page(code), markup=False)
