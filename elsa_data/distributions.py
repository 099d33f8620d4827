"""The laws a preset may state for a number: frozen records that draw, and that know their bounds.

A law is its quantile function `at` and its distribution function `rank`; drawing, and drawing
inside given intervals (the values of a word already chosen), follow from the two.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Interval = tuple[float, float]


class _Drawn(ABC):
    """What every law can do, given its `at` and `rank`."""

    __slots__ = ()

    @abstractmethod
    def at(self, share: Any) -> Any:
        """Return the value that a share in [0, 1] of the draws stays below; element by element."""

    @abstractmethod
    def rank(self, value: float) -> float:
        """Return the share of the draws up to a value."""

    def sample(self, rng: np.random.Generator, within: Sequence[Interval] | None = None) -> float:
        """Return a draw, from inside the (disjoint) intervals where some are given.

        Raises:
            ValueError: the law has no value there; `share` says so beforehand.
        """
        if within is None:
            return float(self.at(rng.random()))
        ranks = self._ranks(within)
        left = rng.random() * sum(high - low for low, high in ranks)
        for low, high in ranks:
            if left < high - low:
                return float(self.at(low + left))
            left -= high - low
        raise ValueError(f"{self} has no value within {list(within)}")

    def share(self, within: Sequence[Interval]) -> float:
        """Return the probability of the (disjoint, closed) intervals."""
        return sum(high - low for low, high in self._ranks(within))

    def _ranks(self, within: Sequence[Interval]) -> list[Interval]:
        # The rank just below an interval leaves a value on its lower end inside.
        return [
            (self.rank(math.nextafter(low, -math.inf)), self.rank(high)) for low, high in within
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(_Drawn):
    """Always the same number."""

    value: float

    @property
    def bounds(self) -> Interval:
        """Smallest and largest value."""
        return (self.value, self.value)

    @property
    def mean(self) -> float:
        """Expected value."""
        return self.value

    def at(self, share: Any) -> Any:
        """Return the value."""
        return self.value + 0.0 * share

    def rank(self, value: float) -> float:
        """Return 0 below the value, else 1."""
        return float(value >= self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uniform(_Drawn):
    """Every value between the bounds is equally likely."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse an empty range."""
        _require_order(self.low, self.high)

    @property
    def bounds(self) -> Interval:
        """Smallest and largest value."""
        return (self.low, self.high)

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.low + self.high) / 2

    def at(self, share: Any) -> Any:
        """Return the value that lies this share of the way from low to high."""
        return self.low + (self.high - self.low) * share

    def rank(self, value: float) -> float:
        """Return how far between low and high a value lies, 0 to 1."""
        return (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogUniform(_Drawn):
    """Every ratio is equally likely: the logarithm is uniform between those of the bounds."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse an empty range and what has no logarithm."""
        _require_order(self.low, self.high)
        if self.low <= 0:
            raise ValueError(f"low {self.low:g} has no logarithm; a log-uniform law is above 0")

    @property
    def bounds(self) -> Interval:
        """Smallest and largest value."""
        return (self.low, self.high)

    @property
    def mean(self) -> float:
        """Expected value."""
        return (self.high - self.low) / math.log(self.high / self.low)

    def at(self, share: Any) -> Any:
        """Return the value that lies this share of the way from low to high, in ratio."""
        return self.low * (self.high / self.low) ** share

    def rank(self, value: float) -> float:
        """Return how far between low and high a value lies, in ratio, 0 to 1."""
        held = min(max(value, self.low), self.high)
        return math.log(held / self.low) / math.log(self.high / self.low)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(_Drawn):
    """One of the values, in rising order, with these weights; equal weights when none are given."""

    values: tuple[float, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty or unordered choice and weights that do not fit it."""
        if not self.values or list(self.values) != sorted(set(self.values)):
            raise ValueError(f"values {list(self.values)}: wanted one or more, in rising order")
        if self.weights and len(self.weights) != len(self.values):
            raise ValueError(f"{len(self.weights)} weights for {len(self.values)} values")
        if self.weights and min(self.weights) <= 0:
            raise ValueError(f"weights {list(self.weights)}: every one must be above 0")

    @property
    def bounds(self) -> Interval:
        """Smallest and largest value."""
        return (self.values[0], self.values[-1])

    @property
    def mean(self) -> float:
        """Expected value."""
        return float(np.diff(self._steps(), prepend=0.0) @ np.array(self.values))

    def at(self, share: Any) -> Any:
        """Return the first value whose rank is above a share."""
        steps = np.searchsorted(self._steps(), share, side="right")
        return np.array(self.values)[np.minimum(steps, len(self.values) - 1)]

    def rank(self, value: float) -> float:
        """Return the weight of the values up to this one, 0 to 1."""
        below = int(np.searchsorted(self.values, value, side="right"))
        return float(self._steps()[below - 1]) if below else 0.0

    def _steps(self) -> np.ndarray:
        steps = np.cumsum(self.weights or np.ones(len(self.values)))
        return steps / steps[-1]


Law = Constant | Uniform | LogUniform | Choice

LAWS: Final[dict[str, type[Law]]] = {
    "constant": Constant,
    "uniform": Uniform,
    "log-uniform": LogUniform,
    "choice": Choice,
}
"""What the ``law`` key of a preset may say."""


def _require_order(low: float, high: float) -> None:
    if not low < high:
        raise ValueError(f"low {low:g} is not below high {high:g}; a fixed number is law: constant")
    if math.isinf(high - low):
        raise ValueError(f"the range {low:g} to {high:g} is infinite; wanted two finite bounds")
