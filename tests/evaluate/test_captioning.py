import numpy as np
import pytest

from elsa_data.evaluate.captioning import captioning
from elsa_data.evaluate.sets import Meta
from elsa_data.train.text import TOKENIZER, Words, learn_words

SIDES = ("front", "left", "right", "back")
SOUNDS = ("a dog barks", "rain falls", "the bell rings")


def sounds(rows, seed):
    rng = np.random.default_rng(seed)
    sides, kinds = rng.integers(4, size=rows), rng.integers(3, size=rows)
    audio = np.eye(8)[sides] + np.eye(8)[4 + kinds] + 0.05 * rng.standard_normal((rows, 8))
    metas = [
        Meta(
            clip=str(at),
            room=str(at),
            captions=(f"{SOUNDS[kind]} at the {SIDES[side]}",),
            words={"direction": SIDES[side]},
        )
        for at, (side, kind) in enumerate(zip(sides, kinds, strict=True))
    ]
    return metas, audio / np.linalg.norm(audio, axis=1, keepdims=True)


@pytest.mark.slow
def test_what_is_in_the_embedding_is_said_and_of_another_sound_it_is_wrong():
    train, test = sounds(300, 0), sounds(80, 1)
    told = learn_words([meta.captions[0] for meta in train[0]], 300)
    lines, written = captioning(train, test, Words(told), {TOKENIZER: told}, seed=0, steps=250)
    found = {(line.protocol, line.subject): line.value for line in lines}
    right = [said == meta.captions[0] for said, meta in zip(written, test[0], strict=True)]
    assert np.mean(right) > 0.9
    assert found["captioning, direction words, F1", "model"] > 90
    assert found["captioning, direction words, F1", "of another sound"] < 45
    assert (
        found["captioning, CIDEr-D", "model"] > 2 * found["captioning, CIDEr-D", "of another sound"]
    )
