"""Columns in settings of `piste train`, as findings name them for their remedies."""


def dropping(*names: str) -> dict[str, str]:
    """Return the setting that leaves columns out; nothing where a name has a comma, which divides names there."""
    return {} if any("," in name for name in names) else {"drop": ",".join(names)}


def missing_in(name: str, value: float) -> dict[str, str]:
    """Return the setting that takes `value` in the column `name` for missing."""
    text = str(int(value)) if value == int(value) else repr(float(value))
    return {} if "," in name else {"missing": f"{name}:{text}"}
