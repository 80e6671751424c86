"""Train 64-32-10 on the rows in the file given with Piste's engine, and print the accuracy on the test rows."""

import sys

import numpy as np

from piste.core.records import Task
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import right_class
from piste.nn.zoo.mlp import mlp
from piste.train.compiler import configure_jax
from piste.train.fit import Examples, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.timeline import Effort

BATCH, EPOCHS, RATE = 32, 50, 1e-3

configure_jax()
with np.load(sys.argv[1]) as file:
    train, test = Examples(file["x"], file["y"]), Examples(file["x_test"], file["y_test"])
plan = Plan(mlp(10, (32,), batch_norm=False), (64,), CrossEntropy(), right_class, Optimiser("adam"))
rates = np.full(EPOCHS * (len(train) // BATCH), RATE, np.float32)
fitted = fit(plan, train, test, Effort(EPOCHS, BATCH, rates), task=Task.MANY_CLASS, seed=0, metric=Shown("accuracy"))
sys.stdout.write(f"{fitted.epochs[-1].validation_metric}\n")
