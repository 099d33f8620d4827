"""What tokens cost. No table of prices is kept here: it would be wrong within months."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """US dollars per million tokens."""

    usd_in: float
    usd_out: float

    def usd(self, tokens_in: float, tokens_out: float) -> float:
        """Return the price of so many tokens, in US dollars."""
        return (tokens_in * self.usd_in + tokens_out * self.usd_out) / 1e6
