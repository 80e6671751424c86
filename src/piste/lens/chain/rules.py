"""Local derivatives as a textbook writes them, by operation: x is the number before it, y the number after."""

LAYOUT = frozenset(
    {
        "reshape", "transpose", "squeeze", "expand_dims", "broadcast", "convert", "copy", "rev", "slice", "concatenate",
        "pad", "dynamic_slice", "gather", "optimization_barrier", "reduce_precision", "sharding_constraint",
    }
)  # fmt: skip

RULES: dict[str, tuple[str, str]] = {
    "add": ("1", "1"),
    "sub": ("1, or -1 for what is subtracted", r"\pm 1"),
    "neg": ("-1", "-1"),
    "sum": ("1", "1"),
    "mul": ("the other factor", r"\text{other factor}"),
    "div": ("1 / divisor, or -y / divisor", r"1/d \text{ or } -y/d"),
    "matmul": ("the number it is multiplied by", r"\text{its multiplier}"),
    "convolution": ("the numbers it is multiplied by, added up", r"\sum \text{multipliers}"),
    "tanh": ("1 - tanh(x)^2", r"1-\tanh^2 x"),
    "sigmoid": ("s(x) (1 - s(x))", r"\sigma(x)(1-\sigma(x))"),
    "relu": ("1 where x > 0, else 0", r"[x>0]"),
    "max": ("1 for the larger, else 0", r"[x \text{ is the larger}]"),
    "min": ("1 for the smaller, else 0", r"[x \text{ is the smaller}]"),
    "largest": ("1 for the largest, else 0", r"[x \text{ is the largest}]"),
    "max_pool": ("1 for the largest, else 0", r"[x \text{ is the largest}]"),
    "select": ("1 where chosen, else 0", r"[x \text{ is chosen}]"),
    "exp": ("exp(x)", r"e^{x}"),
    "log": ("1 / x", r"1/x"),
    "log1p": ("1 / (1 + x)", r"1/(1+x)"),
    "expm1": ("exp(x)", r"e^{x}"),
    "square": ("2 x", r"2x"),
    "power": ("n x^(n - 1)", r"n x^{n-1}"),
    "sqrt": ("1 / (2 sqrt(x))", r"1/(2\sqrt{x})"),
    "rsqrt": ("-1/2 x^(-3/2)", r"-\tfrac{1}{2}x^{-3/2}"),
    "sin": ("cos(x)", r"\cos x"),
    "cos": ("-sin(x)", r"-\sin x"),
    "abs": ("sign of x", r"\operatorname{sign} x"),
    "erf": ("2 / sqrt(pi) exp(-x^2)", r"\tfrac{2}{\sqrt{\pi}}e^{-x^2}"),
}


def rule_of(operation: str) -> str:
    """Return an operation's derivative in words and signs; "" where there is no short form."""
    return RULES[operation][0] if operation in RULES else ""
