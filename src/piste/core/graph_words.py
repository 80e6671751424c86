"""The chain rule for one weight as text and as LaTeX, from its record."""

from piste.core.graphs import ChainRecord, Factor, PathRecord

LINES = 4  # paths that are written out


def number(value: float) -> str:
    """Return a number in at most five digits."""
    return f"{value + 0.0:.5g}"  # minus nothing is nothing


def chain_text(chain: ChainRecord) -> str:
    """Return the derivation as plain text: path by path where there are paths, then layer by layer."""
    lines = [
        f"d loss / d {chain.weight} = {number(chain.gradient)}",
        f"the weight is {number(chain.value)}, the loss {number(chain.loss)}",
    ]
    lines += ["", chain.note] if chain.note else []
    lines += ["", chain.why] if chain.why else _paths(chain)
    if chain.stations:
        lines += ["", "Through the layers (moves x gradient, added up over all numbers, is the derivative everywhere):"]
        wide = max(len(one.name) for one in chain.stations)
        lines += [
            f"  {one.name:{wide}}  {'x'.join(map(str, one.shape)) or '1':>12}  moves {number(one.moves):>11}"
            f"  gradient {number(one.gradient):>11}  product {number(one.product):>11}"
            for one in chain.stations
        ]
    return "\n".join(lines) + "\n"


def chain_latex(chain: ChainRecord) -> str:
    r"""Return the derivation as LaTeX, one `aligned` block between `$$`, each factor with its number."""
    left = rf"\frac{{\partial L}}{{\partial {_symbol(chain.weight)}}}"
    if not chain.paths:
        products = [_station(one.name, one.product) for one in chain.stations]
        body = rf"{left} &= {number(chain.gradient)}" + "".join(rf" \\ &= {one}" for one in products)
        return f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$"
    shown = chain.paths[:LINES]
    rest = chain.gradient - sum(one.product for one in shown) if chain.count > len(shown) else None
    symbols = [_product(one) for one in shown]
    values = [r" \cdot ".join(_bracketed(factor.derivative) for factor in reversed(one.factors)) for one in shown]
    more = "" if rest is None else r" \\ &\quad + \cdots"
    numbers = "" if rest is None else rf" \\ &\quad + {_bracketed(rest)}"
    body = (
        f"{left} &= " + r" \\ &\quad + ".join(symbols) + more
        + r" \\ &= " + r" \\ &\quad + ".join(values) + numbers
        + rf" \\ &= {number(chain.gradient)}"
    )  # fmt: skip
    return f"$$\\begin{{aligned}}\n{body}\n\\end{{aligned}}$$"


def counted(chain: ChainRecord) -> str:
    """Return how many paths there are and what the shown ones leave, in one sentence."""
    shown = len(chain.paths)
    if not chain.count:
        return "No path to the loss carries anything: somewhere on each a local derivative is 0."
    if chain.count <= shown:
        leads = "path leads to the loss: its product is" if shown == 1 else "paths lead to the loss: they add up to"
        return f"{shown} {leads} the derivative."
    return (
        f"{chain.count:,.0f} paths lead from it to the loss; the {shown} heaviest are shown, "
        f"all others add up to {number(chain.rest)}."
    )


def _paths(chain: ChainRecord) -> list[str]:
    lines = ["", counted(chain)]
    for place, path in enumerate(chain.paths[:LINES], 1):
        lines += ["", f"path {place}: {' x '.join(_bracketed(one.derivative) for one in path.factors)}"]
        lines[-1] += f" = {number(path.product)}"
        wide = max((len(one.target) for one in path.factors), default=0)
        lines += [
            f"  -> {one.target:{wide}} = {number(one.target_value):>10}   x {number(one.derivative):>10}"
            + (f"   {one.rule}" if one.rule else "")
            for one in path.factors
        ]
    return lines


def _product(path: PathRecord) -> str:
    return r" \cdot ".join(_factor(one, last) for one, last in zip(reversed(path.factors), _first(path), strict=True))


def _first(path: PathRecord) -> list[bool]:
    return [place == 0 for place in range(len(path.factors))]


def _factor(factor: Factor, last: bool) -> str:
    above = "L" if last else _symbol(factor.target)
    return rf"\frac{{\partial {above}}}{{\partial {_symbol(factor.source)}}}"


def _station(name: str, product: float) -> str:
    symbol = _symbol(name)
    first, second = rf"\frac{{\partial L}}{{\partial {symbol}}}", rf"\frac{{\partial {symbol}}}{{\partial w}}"
    return rf"\left\langle {first}, {second} \right\rangle = {number(product)}"


def _symbol(name: str) -> str:
    """Return a name as LaTeX: the place becomes an index."""
    base, bracket, index = name.partition("[")
    escaped = base.replace("\\", r"\backslash ").replace("_", r"\_").replace("#", r"\#").replace("%", r"\%")
    text = rf"\text{{{escaped}}}"
    return f"{text}_{{{index.rstrip(']')}}}" if bracket else text


def _bracketed(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("-") else text
