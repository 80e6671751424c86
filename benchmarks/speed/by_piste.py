"""Piste, through the engine that the command line and the estimators use."""

from dataclasses import replace

import numpy as np

from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import CLASSES, Net, Problem
from piste.core.records import Task
from piste.nn.activations import Activation
from piste.nn.convolution import Conv1D, Conv2D
from piste.nn.dense import Dense
from piste.nn.layer import Layer
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import right_class
from piste.nn.pooling import MaxPool
from piste.nn.recurrent import GRU, Bidirectional
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten, Reshape
from piste.nn.zoo.resnet import resnet
from piste.train.compiler import configure_jax
from piste.train.fit import Examples, Fitted, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.timeline import Effort

GLOROT = "glorot_uniform"
RELU = Activation("relu")


def engine(problem: Problem) -> Entry:
    """Return the contestant: `fit` with a plan, every number the problem's."""
    configure_jax()
    data = problem.rows
    train, test = (Examples(rows.inputs, rows.labels) for rows in data)
    plan = plan_of(problem)
    steps = problem.steps

    def trained(epochs: int) -> Fitted:
        rates = np.full(epochs * steps, problem.learning_rate, np.float32)
        effort = Effort(epochs, problem.batch_size, rates)
        return fit(plan, train, test, effort, task=Task.MANY_CLASS, seed=0, metric=Shown("accuracy"))

    return Entry(trained, lambda fitted: fitted.epochs[-1].validation_metric, plan.layout.size)


def plan_of(problem: Problem) -> Plan:
    """Return what Piste compiles for the problem."""
    shape = problem.rows.train.inputs.shape[1:]
    return Plan(model_of(problem.net), shape, CrossEntropy(), right_class, Optimiser("adam"))


def model_of(net: Net) -> Layer:
    """Return the network in Piste's layers."""
    if net.kind == "resnet18":
        return resnet(CLASSES, 18, width=net.widths[0], small=True)
    return Sequential((*HIDDEN[net.kind](net), Dense(CLASSES, initialiser=GLOROT)))


def _dense(net: Net) -> list[Layer]:
    return [layer for width in net.widths for layer in (Dense(width, initialiser=GLOROT), RELU)]


def _residual(net: Net) -> list[Layer]:
    first, *others = (Sequential(tuple(_dense(replace(net, widths=(width,))))) for width in net.widths)
    return [first, *(Residual(body) for body in others)]


def _conv1d(net: Net) -> list[Layer]:
    layers: list[Layer] = [Reshape((40, 1))]
    for width, size in zip(net.widths, (5, 3, 3), strict=True):
        layers += [Conv1D(width, size, 2, 1, initialiser=GLOROT), RELU]
    return [*layers, Flatten()]


def _gru(net: Net) -> list[Layer]:
    return [Reshape((40, 1)), Bidirectional(GRU(net.widths[0], steps=True)), Flatten()]


def _cnn(net: Net) -> list[Layer]:
    layers: list[Layer] = []
    for index, width in enumerate(net.widths):
        layers += [Conv2D(width, initialiser=GLOROT), RELU]
        layers += [MaxPool()] if net.pools or index == len(net.widths) - 1 else []
    return [*layers, Flatten()]


HIDDEN = {"dense": _dense, "residual": _residual, "conv1d": _conv1d, "gru": _gru, "cnn": _cnn}
