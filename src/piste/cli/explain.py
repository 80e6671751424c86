"""`piste explain`."""

from piste.cli.output import console


def explain(code: str = "", /) -> None:
    """Say what a rule of `piste lint` means, how it measures, how to fix what it found and how to silence it.

    Parameters
    ----------
    code
        The rule's code or name, as a finding shows it: L101. Left out, all rules are listed.
    """
    from piste.lint.catalog import RULES
    from piste.lint.pages import page

    known = {rule.name: rule.code for rule in RULES}
    said = page(known.get(code.lower(), code)) if code else _every()
    console().print(said, markup=False, highlight=False, soft_wrap=not code)


def _every() -> str:
    """Return a line for each rule, by group."""
    from piste.lint.catalog import RULES

    lines = []
    for group in dict.fromkeys(rule.group for rule in RULES):
        of = [rule for rule in RULES if rule.group is group]
        lines += [group.value, *(f"  {rule.code}  {rule.name:<26} {rule.title}" for rule in of), ""]
    lines += ["More of one: piste explain CODE. --select and --ignore take codes, their beginnings, names and groups."]
    return "\n".join(lines)
