import numpy as np
import pytest

from elsa_data.errors import ConfigError
from elsa_data.evaluate.embed import fit, listen
from elsa_data.evaluate.sets import Meta


def test_a_sound_is_cut_filled_up_and_resampled_for_a_model():
    tone = np.sin(2 * np.pi * 500 * np.arange(48_000) / 48_000, dtype=np.float32)
    audio = np.tile(tone, (4, 1))
    heard = fit(audio, 48_000, 16_000, 0.5)
    assert heard.shape == (4, 8_000)
    assert heard[0].numpy() == pytest.approx(tone[:24_000:3], abs=1e-3)
    long = fit(audio, 48_000, 48_000, 1.5)
    assert long.shape == (4, 72_000)
    assert (long[:, :48_000].numpy() == audio).all()
    assert not long[:, 48_000:].any()


def test_two_channels_are_refused():
    with pytest.raises(ConfigError, match=r"shape \(2, 10\), wanted \(4, samples\)"):
        fit(np.zeros((2, 10), np.float32), 16_000, 16_000, 1.0)


def test_every_ear_hears_every_sound_in_order():
    sounds = [
        (np.full((4, 10), at, np.float32), 16_000, Meta(clip=str(at), room="r")) for at in range(70)
    ]
    found = listen(
        {
            "level": lambda batch: {"audio": np.array([each[0][0, 0] for each in batch])},
            "rate": lambda batch: {"hz": np.array([rate for _, rate, _ in batch])},
        },
        iter(sounds),
    )
    assert found.heard["level"]["audio"].tolist() == list(range(70))
    assert len(found.heard["rate"]["hz"]) == 70
    odd = found.pick(lambda meta: int(meta.clip) % 2 == 1)
    assert odd.heard["level"]["audio"].tolist() == list(range(1, 70, 2))
    assert [meta.clip for meta in odd.metas][:2] == ["1", "3"]
