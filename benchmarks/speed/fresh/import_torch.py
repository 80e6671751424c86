"""Import PyTorch, and nothing more."""

import torch  # noqa: F401
