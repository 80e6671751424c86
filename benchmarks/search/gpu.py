"""On a GPU: 1024 MLPs of MNIST-1D, 6000 steps each, beside PyTorch one after the other and all at once.

Each network 40-100-100-10 has a learning rate of its own, Adam, and the same batches of 100. Piste trains them as one
population, compiling included; PyTorch trains two of them one after the other, and the time is scaled; `torch.func`
trains all of them with `vmap` and `torch.compile`, whose first steps, in which it compiles, are counted too. The median
test accuracies of the three are compared. Without a GPU nothing is measured, and a sentence says so.
"""

import argparse
import os
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.search.race import say
from benchmarks.speed.problem import mnist1d

NETWORKS, EPOCHS, BATCH, WIDTH = 1024, 150, 100, 100
ALONE = 2  # networks that PyTorch trains one after the other
TARGETS = {"one after the other": 300.0, "all at once": 2.0}
MARGIN = 0.03


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run all three and print the comparison; return the figures."""
    os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] = "false"  # PyTorch needs memory too
    import jax
    import torch

    if jax.default_backend() != "gpu" or not torch.cuda.is_available():
        say("JAX and PyTorch must both see a GPU for this part; nothing was measured.")
        return {"reached": False}
    count, epochs = arguments.trials or NETWORKS, arguments.epochs or EPOCHS
    rates = np.geomspace(1e-4, 0.03, count)
    picked = rates[np.linspace(0, count - 1, ALONE + 2).round().astype(int)[1:-1]]
    seconds, accuracies = by_piste(rates, epochs)
    alone, alone_accuracies = by_torch(picked, epochs, "cuda")
    together, together_accuracies = by_vmap(rates, epochs, "cuda")
    chosen = [int(np.argmin(abs(rates - rate))) for rate in picked]
    apart = {
        "one after the other": float(np.median(accuracies[chosen] - alone_accuracies)),
        "all at once": float(np.median(accuracies) - np.median(together_accuracies)),
    }
    ratios = {"one after the other": alone * count / len(picked) / seconds, "all at once": together / seconds}
    say(f"{count} networks, {epochs * len(mnist1d().train.labels) // BATCH} steps each: Piste {seconds:.1f} s.")
    for name, ratio in ratios.items():
        note = "" if abs(apart[name]) <= MARGIN else f" INVALID: accuracies differ by {apart[name]:+.3f}"
        say(f"PyTorch, {name}: {ratio:.1f} times as long; at least {TARGETS[name]:g} is asked.{note}")
    reached = all(ratios[name] >= least and abs(apart[name]) <= MARGIN for name, least in TARGETS.items())
    return {"seconds": seconds, "ratios": ratios, "apart": apart, "reached": reached}


def by_piste(rates: NDArray[np.float64], epochs: int) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds that a population takes, and the test accuracy of each member."""
    from piste.core.records import Task
    from piste.nn.losses import CrossEntropy
    from piste.nn.metrics import right_class
    from piste.nn.resolve import resolve
    from piste.nn.zoo.mlp import mlp
    from piste.train.fit import Examples, Shown
    from piste.train.optimisers import Optimiser
    from piste.train.plan import Plan
    from piste.train.population import Member, Population
    from piste.train.timeline import Effort

    train, test = (Examples(part.inputs.reshape(len(part.labels), -1), part.labels) for part in mnist1d())
    network = resolve(mlp(10, (WIDTH, WIDTH), batch_norm=False))
    plan = Plan(network, train.inputs.shape[1:], CrossEntropy(), right_class, Optimiser("adam"))
    steps = epochs * (len(train) // BATCH)
    members = [
        Member(number, plan, Effort(epochs, BATCH, np.full(steps, rate, np.float32)), seed=0)
        for number, rate in enumerate(rates)
    ]
    began = time.perf_counter()
    population = Population(members, train, test, task=Task.MANY_CLASS, metric=Shown("accuracy"))
    records = population.advance({one.number: epochs for one in members})
    seconds = time.perf_counter() - began
    return seconds, np.array([records[one.number][-1].validation_metric for one in members])


def by_torch(rates: NDArray[np.float64], epochs: int, device: str) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds that PyTorch takes for one network after the other, and the test accuracies."""
    import torch

    train, classes, test, truth = _tensors(device)
    found = []
    began = time.perf_counter()
    for rate in rates:
        torch.manual_seed(0)
        model = _network().to(device)
        optimiser = torch.optim.Adam(model.parameters(), float(rate), fused=True)
        for _ in range(epochs):
            for rows in torch.randperm(len(classes), device=device).split(BATCH):
                optimiser.zero_grad(set_to_none=True)
                torch.nn.functional.cross_entropy(model(train[rows]), classes[rows]).backward()
                optimiser.step()
        with torch.no_grad():
            found.append(float((model(test).argmax(1) == truth).float().mean()))
    return time.perf_counter() - began, np.array(found)


def by_vmap(rates: NDArray[np.float64], epochs: int, device: str) -> tuple[float, NDArray[np.float64]]:
    """Return the seconds that PyTorch takes for all networks at once, and the test accuracies."""
    import torch
    from torch.func import functional_call, grad, stack_module_state, vmap

    train, classes, test, truth = _tensors(device)
    began = time.perf_counter()
    torch.manual_seed(0)
    weights, _ = stack_module_state([_network().to(device) for _ in rates])
    weights = {name: one.detach() for name, one in weights.items()}
    means, squares = ({name: torch.zeros_like(one) for name, one in weights.items()} for _ in range(2))
    own, model = torch.tensor(rates, dtype=torch.float32, device=device), _network().to(device)

    def loss(one: Any, inputs: Any, wanted: Any) -> Any:
        return torch.nn.functional.cross_entropy(functional_call(model, one, (inputs,)), wanted)

    def step(weights: Any, means: Any, squares: Any, rows: Any, count: Any) -> Any:
        slopes = vmap(grad(loss), in_dims=(0, None, None))(weights, train[rows], classes[rows])
        means = {name: 0.9 * one + 0.1 * slopes[name] for name, one in means.items()}
        squares = {name: 0.999 * one + 0.001 * slopes[name] ** 2 for name, one in squares.items()}
        moved = {}
        for name, one in weights.items():
            size = (squares[name] / (1 - 0.999**count)).sqrt() + 1e-8
            moved[name] = one - own.view(-1, *[1] * (one.ndim - 1)) * means[name] / (1 - 0.9**count) / size
        return moved, means, squares

    run_step = torch.compile(step) if device == "cuda" else step
    count = torch.zeros((), device=device)
    for _ in range(epochs):
        for rows in torch.randperm(len(classes), device=device).split(BATCH):
            count = count + 1
            weights, means, squares = run_step(weights, means, squares, rows, count)
    outputs = vmap(lambda one: functional_call(model, one, (test,)))(weights)
    found = (outputs.argmax(2) == truth).float().mean(1).cpu().numpy().astype(np.float64)
    return time.perf_counter() - began, found


def _network() -> Any:
    from torch import nn

    return nn.Sequential(nn.Linear(40, WIDTH), nn.ReLU(), nn.Linear(WIDTH, WIDTH), nn.ReLU(), nn.Linear(WIDTH, 10))


def _tensors(device: str) -> tuple[Any, Any, Any, Any]:
    """Return the train rows and classes, and those of the test, on the device."""
    import torch

    found: list[Any] = []
    for part in mnist1d():
        rows = torch.from_numpy(part.inputs.reshape(len(part.labels), -1)).to(device)
        found += [rows, torch.from_numpy(part.labels.astype(np.int64)).to(device)]
    return found[0], found[1], found[2], found[3]
