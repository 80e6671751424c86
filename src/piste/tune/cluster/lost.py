"""What happens to a chunk whose worker died: it is done again elsewhere, unless it breaks whoever takes it."""

from collections import Counter

from piste.core.errors import RunError
from piste.tune.chunk import Chunk

MOST = 3  # workers that a chunk may lose


class Losses:
    """How many workers each chunk has lost."""

    def __init__(self) -> None:
        self._lost: Counter[tuple[int, ...]] = Counter()

    def count(self, chunk: Chunk, why: str) -> None:
        """Count one more; raises `RunError` once there were too many, because the chunk itself may break them."""
        self._lost[chunk.numbers] += 1
        if self._lost[chunk.numbers] > MOST:
            raise RunError(
                f"{self._lost[chunk.numbers]} workers died over the trials {chunk.numbers[0]} to {chunk.numbers[-1]} "
                f"({why}); they may need more memory than there is: give fewer --at-once, or smaller networks."
            )
