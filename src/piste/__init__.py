"""Piste trains neural networks and proves that the training is right."""

import os

# jaxlib reads this once, when it is imported. Without it, every program found in the compilation cache writes two
# false alarms of 2 kB to stderr (cpu_aot_loader), because the cached program names two tuning flags as if they
# were features of the processor. This is the only place that runs before any part of Piste imports JAX.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"
