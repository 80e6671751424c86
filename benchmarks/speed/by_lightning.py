"""Lightning: a module, two loaders and a Trainer whose extras (logs, bars, checkpoints) are off."""

import logging
import warnings

import lightning
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.speed import by_torch
from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import Problem


class Classifier(lightning.LightningModule):
    """The training step of the tutorials."""

    def __init__(self, model: nn.Module, learning_rate: float) -> None:
        super().__init__()
        self.model, self.learning_rate = model, learning_rate
        self.right = self.judged = 0

    def training_step(self, batch: list[Tensor], index: int) -> Tensor:
        return functional.cross_entropy(self.model(batch[0]), batch[1])

    def validation_step(self, batch: list[Tensor], index: int) -> Tensor:
        outputs = self.model(batch[0])
        self.right += int((outputs.argmax(1) == batch[1]).sum())
        self.judged += len(outputs)
        return functional.cross_entropy(outputs, batch[1])

    def on_validation_epoch_start(self) -> None:
        self.right = self.judged = 0

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), self.learning_rate)


def trainer(problem: Problem) -> Entry:
    """Return the contestant."""
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")  # it advises more worker processes, which are slower here
    data = problem.rows
    train, test = (TensorDataset(*by_torch.tensors(rows)) for rows in data)

    def trained(epochs: int) -> Classifier:
        torch.manual_seed(0)
        model = Classifier(by_torch.module(problem.net, data), problem.learning_rate)
        runner = lightning.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            num_sanity_val_steps=0,
        )
        runner.fit(model, DataLoader(train, problem.batch_size, shuffle=True), DataLoader(test, by_torch.JUDGED))
        return model

    count = by_torch.parameters(by_torch.module(problem.net, data))
    return Entry(trained, lambda model: model.right / model.judged, count)
