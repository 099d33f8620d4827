import numpy as np
import pytest

from elsa_data.evaluate.sets import Meta
from elsa_data.evaluate.swap import read_texts, swap, word_probe
from elsa_data.evaluate.texts import unit
from tests.evaluate.readers import reader

NAMES = ("front", "left", "right", "back")
PLACES = dict(zip(NAMES, np.eye(8)[:4], strict=True))


def rows_of(count, seed=0):
    """Sounds in a space where place and content have four axes each."""
    rng = np.random.default_rng(seed)
    words, contents = rng.integers(4, size=count), rng.integers(4, size=count)
    vectors = np.eye(8)[words] + np.eye(8)[4 + contents] + 0.05 * rng.standard_normal((count, 8))
    metas = [
        Meta(
            clip=f"{seed}-{at}",
            room=f"{seed}-{at}",
            originals=(f"content {content}",),
            words={"direction": NAMES[word]},
        )
        for at, (word, content) in enumerate(zip(words, contents, strict=True))
    ]
    return metas, unit(vectors)


@pytest.fixture(scope="module")
def probe():
    metas, vectors = rows_of(400)
    found = word_probe("direction", NAMES, metas, vectors, seed=0)
    assert found is not None
    return found


def test_where_place_is_an_axis_a_swap_lands_and_keeps_the_content(probe):
    metas, vectors = rows_of(200, seed=1)
    texts = reader({f"content {at}": np.eye(8)[4 + at] for at in range(4)})
    lines = swap("model", texts, PLACES, probe, metas, vectors)
    found = {line.protocol: line.value for line in lines}
    assert found["direction, 4-class MLP"] == 100.0
    assert found["direction swap, in the new class"] > 95
    assert found["direction swap, change of R@10, text to audio"] == 0.0
    assert lines[1].n == 3 * 200


def test_prototypes_without_meaning_move_nothing(probe):
    metas, vectors = rows_of(200, seed=1)
    texts = reader({f"content {at}": np.eye(8)[4 + at] for at in range(4)})
    nothing = dict(zip(NAMES, 0.01 * np.eye(8)[4:], strict=True))
    found = swap("model", texts, nothing, probe, metas, vectors)
    assert found[1].value is not None
    assert found[1].value < 5


def test_words_are_read_from_texts_by_what_learnt_them_from_sound(probe):
    metas, _ = rows_of(200, seed=2)
    texts = np.array([PLACES[meta.words["direction"]] for meta in metas])
    assert read_texts("model", "direction", PLACES, probe, metas, texts).value == 100.0
    turned = np.roll(texts[:, :4], 1, axis=1)
    wrong = np.concatenate([turned, texts[:, 4:]], axis=1)
    assert read_texts("model", "direction", PLACES, probe, metas, wrong).value == 0.0


def test_a_word_that_no_row_has_cannot_be_learnt():
    metas, vectors = rows_of(40)
    kept = [at for at, meta in enumerate(metas) if meta.words["direction"] != "left"]
    some = [metas[at] for at in kept]
    assert word_probe("direction", NAMES, some, vectors[kept], seed=0) is None
