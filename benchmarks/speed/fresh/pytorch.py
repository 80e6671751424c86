"""Train 64-32-10 on the rows in the file given with PyTorch, tuned, and print the accuracy on the test rows."""

import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional

BATCH, EPOCHS, RATE = 32, 50, 1e-3

torch.manual_seed(0)
with np.load(sys.argv[1]) as file:
    inputs, labels, test_inputs, test_labels = map(
        torch.from_numpy, (file[key] for key in ("x", "y", "x_test", "y_test"))
    )
labels, test_labels = labels.long(), test_labels.long()
model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
optimiser = torch.optim.Adam(model.parameters(), RATE, fused=True)
accuracy = 0.0
for _ in range(EPOCHS):
    order = torch.randperm(len(labels))
    for batch, classes in zip(inputs[order].split(BATCH), labels[order].split(BATCH), strict=True):
        optimiser.zero_grad(set_to_none=True)
        functional.cross_entropy(model(batch), classes).backward()
        optimiser.step()
    with torch.no_grad():
        accuracy = (model(test_inputs).argmax(1) == test_labels).float().mean().item()
sys.stdout.write(f"{accuracy}\n")
