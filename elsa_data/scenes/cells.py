"""Which words a preset cannot bring together: the empty cells behind an association."""

from itertools import combinations, product
from typing import Final

from elsa_data.config import SLOTS, Preset, Vocabulary
from elsa_data.errors import PlacementError
from elsa_data.scenes.sampler import Sampler, build_scene, sampler_of
from elsa_data.scenes.targets import draw_target
from elsa_data.seeding import rng_for

CELL_TRIES: Final = 100
"""Targets drawn with a pair of words before the pair is listed."""

Cell = tuple[tuple[str, str | None], ...]
"""One or two (slot, word); a None word is the absence of one."""


def infeasible_cells(preset: Preset, vocabulary: Vocabulary, split: str) -> tuple[Cell, ...]:
    """Return the words no law of a split reaches, then the pairs of words no room holds.

    The pairs are found by trying, from a fixed seed: a listed one was refused `CELL_TRIES` times.
    """
    sampler = sampler_of(preset, vocabulary, split)
    unreached: list[Cell] = [
        ((slot, word),)
        for slot in SLOTS
        for word in vocabulary.words(slot)
        if word not in sampler.menu[slot]
    ]
    pairs = (
        ((first, word), (second, other))
        for first, second in combinations(SLOTS, 2)
        for word, other in product(sampler.menu[first], sampler.menu[second])
    )
    return (*unreached, *(pair for pair in pairs if not _feasible(pair, sampler)))


def _feasible(pair: Cell, sampler: Sampler) -> bool:
    rng = rng_for(0, "cell", sampler.split, *(str(name) for names in pair for name in names))
    within = {slot: sampler.menu[slot][word] for slot, word in pair}
    for _ in range(CELL_TRIES):
        try:
            build_scene(draw_target(sampler.laws, rng, within), sampler, rng)
        except PlacementError:
            continue
        return True
    return False
