"""Memory that is lent again: fresh memory is cleared by the system first, which costs much."""

import sys
from typing import Final

import numpy as np
from numpy.typing import NDArray

UNHELD: Final = 3
"""References to an array of a list while it is counted: the list's, the name's, the counter's."""


class Memory:
    """Lends bytes to one thread; those of which nobody holds a view any more are lent anew."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._held: list[NDArray[np.uint8]] = []

    def lend(self, size: int) -> NDArray[np.uint8]:
        """Return so many bytes, whatever they hold."""
        idle = (each for each in self._held if sys.getrefcount(each) <= UNHELD)
        if (found := next((each[:size] for each in idle if len(each) >= size), None)) is not None:
            return found
        # What lies idle is too small: let it go before asking for more.
        self._held = [each for each in self._held if sys.getrefcount(each) > UNHELD]
        self._held.append(np.empty(size, dtype=np.uint8))
        return self._held[-1][:]
