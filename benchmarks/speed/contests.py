"""The contests, with the targets that Piste has set itself."""

from dataclasses import replace

from benchmarks.speed.contest import Contest, Contestant
from benchmarks.speed.problem import Net, Problem

PISTE = Contestant("Piste", "by_piste:engine")
TUNED = "PyTorch, tuned"
LOADER = "PyTorch, DataLoader"
AUTHORS = "PyTorch, the authors' loop"

DIGITS = Problem("digits", Net("dense", (32,)), batch_size=32, epochs=50)


def mnist1d(name: str, net: Net, at_least: float, **more: float) -> Contest:
    """Return the contest at the settings of Greydanus & Kobak (2024): Adam at 0.01, batches of 100, 6000 steps."""
    problem = Problem("mnist1d", net, batch_size=100, epochs=150, learning_rate=1e-2)
    peers = (
        Contestant(TUNED, "by_torch:tuned", at_least, **more),
        Contestant(AUTHORS, "by_torch:authors", at_least, **more),
    )
    return Contest(f"MNIST-1D {name}, batch 100, 6000 steps", (PISTE, *peers), problem, margin=0.04)


def cnn(batch_size: int, pools: bool) -> Contest:
    """Return a contest of convolutional networks on 12,800 pictures of MNIST."""
    net = Net("cnn", (32, 64), pools)
    problem = Problem("mnist", net, batch_size, epochs=2, train_rows=12_800, test_rows=2_000)
    halved = "halved twice" if pools else "halved at the end"
    return Contest(
        f"CNN 28x28, 1-32-64, {halved}, batch {batch_size}, {2 * 12_800 // batch_size} steps",
        (
            PISTE,
            Contestant(TUNED, "by_torch:tuned", 1.0),
            Contestant(LOADER, "by_torch:loader"),
            Contestant("Keras on JAX", "by_keras:fit", 2.0),
        ),
        problem,
    )


def overhead(what: str, problem: Problem, at_least: float | None = 1 / 1.05) -> Contest:
    """Return a contest with the same training written by hand in bare JAX, in one process."""
    contestants = (PISTE, Contestant("bare JAX, by hand", "by_jax:by_hand", at_least))
    return Contest(f"overhead: {what}", contestants, problem, processes="together", margin=0.03)


_MLP = Problem("flat-mnist", Net("dense", (128,)), batch_size=64, epochs=10)
_GRU = Net("gru", (6,))

CONTESTS = {
    "digits": Contest(
        "digits MLP 64-32-10, batch 32, 50 epochs",
        (
            PISTE,
            Contestant("scikit-learn", "by_sklearn:mlp", 10),
            Contestant(TUNED, "by_torch:tuned", 15),
            Contestant(LOADER, "by_torch:loader", 30),
            Contestant("Keras on JAX", "by_keras:fit", 5),
            Contestant("Lightning", "by_lightning:trainer", 50),
            Contestant("skorch", "by_skorch:classifier", 50),
        ),
        DIGITS,
    ),
    "mnist-mlp": Contest(
        "MNIST MLP 784-128-10, batch 64, 10 epochs",
        (
            PISTE,
            Contestant(TUNED, "by_torch:tuned", 3),
            Contestant(LOADER, "by_torch:loader", 3),
            Contestant("scikit-learn", "by_sklearn:mlp", 5, share=0.3),
            Contestant("Keras on JAX", "by_keras:fit", 2, share=0.3),
        ),
        _MLP,
        margin=0.01,
    ),
    "mnist1d-logistic": mnist1d("logistic", Net("dense"), 10),
    "mnist1d-mlp": mnist1d("MLP 100-100", Net("residual", (100, 100)), 5),
    "mnist1d-cnn": mnist1d("CNN 25-25-25", Net("conv1d", (25, 25, 25)), 4),
    "mnist1d-gru": mnist1d("GRU 6, both ways", _GRU, 10, share=0.2),
    "cnn-32": cnn(32, pools=True),
    "cnn-64": cnn(64, pools=True),
    "cnn-32-wide": cnn(32, pools=False),
    "cnn-64-wide": cnn(64, pools=False),
    "resnet18": Contest(
        "ResNet-18 on 32x32x3, batch 64, 40 steps",
        (PISTE, Contestant(TUNED, "by_torch:tuned", 0.9), Contestant(LOADER, "by_torch:loader", 0.9)),
        Problem("colour-mnist", Net("resnet18", (64, 128, 256, 512)), 64, epochs=2, train_rows=1280, test_rows=256),
        margin=0.1,
    ),
    "overhead-digits": overhead("64-32-10, batch 32", replace(DIGITS, epochs=1000), at_least=None),
    "overhead-small": overhead(
        "64-256-128-10, batch 64", Problem("digits", Net("dense", (256, 128)), batch_size=64, epochs=500)
    ),
    "overhead-mlp": overhead("784-128-10, batch 64", replace(_MLP, epochs=10)),
    "overhead-wide": overhead(
        "784-512-256-10, batch 128", Problem("flat-mnist", Net("dense", (512, 256)), batch_size=128, epochs=5)
    ),
    "overhead-gru": overhead(
        "MNIST-1D GRU, batch 100", Problem("mnist1d", _GRU, batch_size=100, epochs=100, learning_rate=1e-2)
    ),
    "fresh": Contest(
        "first fit of digits in a fresh process, imports included; warm is the second time on the machine",
        (
            Contestant("Piste, fit", "fresh/piste_fit.py"),
            Contestant("PyTorch, tuned", "fresh/pytorch.py", 1.0),
            Contestant("Piste, PisteClassifier", "fresh/piste_classifier.py"),
        ),
        DIGITS,
        processes="fresh",
    ),
    "import": Contest(
        "import in a fresh process, interpreter included",
        (
            Contestant("import piste", "fresh/import_piste.py"),
            Contestant("import torch", "fresh/import_torch.py"),
            Contestant("import jax", "fresh/import_jax.py"),
        ),
        processes="fresh",
        at_most=0.3,
    ),
}
