import numpy as np
import pytest

from elsa_data.evaluate.assignment import assignment
from elsa_data.evaluate.sets import Meta


def twins(rooms, sources):
    return [
        Meta(clip="+".join(sources), room=f"{len(sources)}-{room}", sources=sources)
        for room in range(rooms)
        for _ in range(2)
    ]


def test_the_own_caption_must_beat_the_permuted_one():
    metas = [*twins(20, ("a", "b")), Meta(clip="a", room="0", sources=("a",))]
    texts = np.concatenate([np.tile(np.eye(2), (20, 1)), [[1.0, 0.0]]])
    audio = texts.copy()
    (line,) = assignment("model", metas, audio, texts)
    assert (line.value, line.n, line.reference) == (100.0, 40, "chance 50")
    audio[:10] = audio[:10, ::-1]  # five rooms the wrong way round
    audio[10:20] = 1.0  # and in five no way at all
    (line,) = assignment("model", metas, audio, texts)
    assert line.value == pytest.approx(100 * (20 + 5) / 40)


def test_two_and_three_sources_are_told_apart_and_a_mixture_alone_is_left_out():
    metas = twins(15, ("a", "b")) + twins(15, ("a", "b", "c"))
    metas.append(Meta(clip="a+d", room="alone", sources=("a", "d")))
    vectors = np.concatenate([np.tile(np.eye(2), (30, 1)), [[1.0, 0.0]]])
    lines = assignment("model", metas, vectors, vectors)
    assert [(line.protocol[9:10], line.n) for line in lines] == [("2", 30), ("3", 30)]
    assert [line.reference for line in lines] == ["chance 50", "chance 17"]
