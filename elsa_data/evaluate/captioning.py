"""Captions from frozen embeddings: a small decoder that begins with the embedding and goes on.

Source: the prefix is that of Mokady et al., "ClipCap", arXiv:2111.09734, 2021, as in ELSA's
captioning; the decoder is GPT-2's in small, with the words of the run.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from elsa_data.evaluate.scores import MODEL, Floats, Score, percent
from elsa_data.evaluate.sentences import bleu, cider_d, rouge_l, side_f1
from elsa_data.evaluate.sets import Meta
from elsa_data.seeding import rng_for
from elsa_data.train.text import BEGIN, END, PAD, TOKENIZER, Words

WIDTH: Final = 128
LAYERS: Final = 2
HEADS: Final = 4
PREFIX: Final = 4
"""Places that the embedding is turned into."""

LONGEST: Final = 48
"""Tokens of a caption; longer ones are cut."""

STEPS: Final = 1000
BATCH: Final = 64
RATE: Final = 2e-3
DROPOUT: Final = 0.1
NOISE: Final = 0.3
"""Length of the noise on embeddings of length 1: those learnt from are nearer to their captions."""


class Captioner(nn.Module):
    """Embeddings (batch, width) and tokens so far to the scores of the next one."""

    def __init__(self, heard: int, words: int) -> None:
        """Build it for embeddings of a width and a vocabulary."""
        super().__init__()
        self.prefix = nn.Linear(heard, PREFIX * WIDTH)
        self.word = nn.Embedding(words, WIDTH, padding_idx=PAD)
        self.place = nn.Parameter(0.02 * torch.randn(PREFIX + LONGEST, WIDTH))
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 4 * WIDTH, DROPOUT, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, heard: Tensor, tokens: Tensor) -> Tensor:
        """Return scores (batch, length, words) of what follows each token."""
        begun = self.prefix(heard).unflatten(1, (PREFIX, WIDTH))
        seen = torch.cat([begun, self.word(tokens)], dim=1)
        seen = seen + self.place[: seen.shape[1]]
        ahead = nn.Transformer.generate_square_subsequent_mask(seen.shape[1])
        found = self.norm(self.layers(seen, mask=ahead, is_causal=True))
        return found[:, PREFIX:] @ self.word.weight.T


def fit_captioner(
    audio: Floats, captions: Sequence[str], words: Words, *, seed: int, steps: int
) -> Captioner:
    """Return a captioner learnt from embeddings (rows, width) and a caption of each."""
    tokens = words(captions)[:, :LONGEST]
    heard = torch.from_numpy(audio.astype(np.float32))
    with torch.random.fork_rng():
        torch.manual_seed(int(rng_for(seed, "captioner").integers(2**62)))
        model = Captioner(heard.shape[1], words.count)
        optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.1)
        for _ in range(steps):
            rows = torch.randint(len(heard), (BATCH,))
            noise = torch.randn(BATCH, heard.shape[1]) * NOISE / math.sqrt(heard.shape[1])
            seen = tokens[rows]
            seen = seen[:, : int((seen != PAD).sum(1).max())]
            scores = model(heard[rows] + noise, seen[:, :-1])
            loss = cross_entropy(scores.flatten(0, 1), seen[:, 1:].flatten(), ignore_index=PAD)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return model.eval()


@torch.no_grad()
def write(model: Captioner, audio: Floats, tokenizer: str) -> list[str]:
    """Return the likeliest next word after the other, for embeddings (rows, width)."""
    heard = torch.from_numpy(audio.astype(np.float32))
    tokens = torch.full((len(heard), 1), BEGIN)
    ended = torch.zeros(len(heard), dtype=torch.bool)
    while tokens.shape[1] < LONGEST and not bool(ended.all()):
        following = model(heard, tokens)[:, -1].argmax(1)
        following[ended] = PAD
        ended |= following == END
        tokens = torch.cat([tokens, following[:, None]], dim=1)
    reader: Any = Tokenizer.from_str(tokenizer)
    return [said.strip() for said in reader.decode_batch(tokens.tolist())]


def captioning(
    train: tuple[Sequence[Meta], Floats],
    test: tuple[Sequence[Meta], Floats],
    words: Words,
    assets: dict[str, str],
    *,
    seed: int,
    steps: int = STEPS,
) -> tuple[list[Score], list[str]]:
    """Return scores of captions written for the test sounds, and the captions.

    A control writes from embeddings of other sounds: what it scores is told by the language alone.
    """
    metas, audio = test
    said = [meta.captions[0] for meta in train[0]]
    model = fit_captioner(train[1], said, words, seed=seed, steps=steps)
    written = write(model, audio, assets[TOKENIZER])
    order = rng_for(seed, "other sounds").permutation(len(written))
    lines: list[Score] = []
    for subject, told in ((MODEL, written), ("of another sound", [written[at] for at in order])):
        lines += _lines(subject, told, metas)
    return lines, written


def _lines(subject: str, said: Sequence[str], metas: Sequence[Meta]) -> list[Score]:
    references = [meta.captions for meta in metas]
    sides = [meta.words.get("direction") for meta in metas]
    values = (
        ("CIDEr-D", cider_d(said, references), "", "of 10"),
        ("BLEU-4", bleu(said, references), "", "of 1"),
        ("ROUGE-L", rouge_l(said, references), "", "of 1"),
        ("direction words, F1", side_f1(said, sides), "%", ""),
    )
    return [
        Score(
            protocol=f"captioning, {name}",
            subject=subject,
            value=percent(value) if unit else value,
            unit=unit,
            n=len(said),
            reference=reference,
            note="" if subject == MODEL else "the same captions, dealt to other sounds",
        )
        for name, value, unit, reference in values
    ]
