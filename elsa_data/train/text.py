"""The text branch: a small transformer whose words are learnt from the captions, or RoBERTa."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from torch import Tensor, nn

from elsa_data.train.pretrained import (
    RANDOM,
    hub_config,
    hub_tokenizer,
    hub_weights,
    transformers_model,
)

SPECIAL: Final = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
"""In RoBERTa's order, so that its tokenizer reads ours."""

BEGIN, PAD, END = 0, 1, 2
TOKENIZER: Final = "tokenizer.json"
CONFIG: Final = "text.json"
LONGEST: Final = 128


class SmallText(nn.Module):
    """A transformer of two layers; the mean over its tokens."""

    def __init__(self, words: int, width: int, dropout: float, layers: int = 2) -> None:
        """Build it for a vocabulary of ``words``."""
        super().__init__()
        self.width = width
        self.word = nn.Embedding(words, width, padding_idx=PAD)
        self.place = nn.Parameter(0.02 * torch.randn(LONGEST, width))
        layer = nn.TransformerEncoderLayer(
            width, 4, 2 * width, dropout, "gelu", batch_first=True, norm_first=True
        )
        self.layers = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (batch, width)."""
        padding = tokens == PAD
        seen = self.word(tokens) + self.place[: tokens.shape[1]]
        found = self.norm(self.layers(seen, src_key_padding_mask=padding))
        kept = (~padding)[..., None].to(found.dtype)
        return (found * kept).sum(1) / kept.sum(1)


class Roberta(nn.Module):
    """RoBERTa from `transformers`: its first token."""

    def __init__(self, config: str) -> None:
        """Build it as the JSON of its configuration says, with random weights."""
        super().__init__()
        self.text: Any = transformers_model("RobertaModel", "RobertaConfig", config)
        self.width = int(self.text.config.hidden_size)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (batch, width)."""
        found = self.text(input_ids=tokens, attention_mask=(tokens != PAD).long())
        return found.last_hidden_state[:, 0]


def learn_words(captions: Iterable[str], words: int) -> str:
    """Return the JSON of a byte-level BPE of at most ``words`` tokens, learnt from captions."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)  # pyright: ignore
    tokenizer.decoder = decoders.ByteLevel()  # pyright: ignore
    trainer = trainers.BpeTrainer(  # pyright: ignore
        vocab_size=words,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    # Sorted, so that equal captions give equal words in whatever order they were read.
    tokenizer.train_from_iterator(sorted(set(captions)), trainer)
    tokenizer.post_processor = processors.RobertaProcessing(  # pyright: ignore
        (SPECIAL[END], END), (SPECIAL[BEGIN], BEGIN), add_prefix_space=True
    )
    return tokenizer.to_str()


class Words:
    """Texts into padded tokens."""

    def __init__(self, told: str) -> None:
        """Read the JSON of a tokenizer."""
        self._tokenizer = Tokenizer.from_str(told)
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.enable_padding(pad_id=PAD, pad_token=SPECIAL[PAD])
        self.count = self._tokenizer.get_vocab_size()

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Return tokens (batch, length)."""
        return torch.tensor([found.ids for found in self._tokenizer.encode_batch(list(texts))])


def text_assets(kind: str, words: int, captions: Iterable[str]) -> dict[str, str]:
    """Return what must be kept beside the weights: the tokenizer, and RoBERTa's configuration."""
    if kind in ("small", RANDOM):
        learnt = {TOKENIZER: learn_words(captions, words)}
        return learnt if kind == "small" else learnt | {CONFIG: hub_config(kind, "RobertaConfig")}
    return {TOKENIZER: hub_tokenizer(kind), CONFIG: hub_config(kind, "RobertaConfig")}


def text_branch(
    kind: str, assets: Mapping[str, str], words: int, width: int, dropout: float
) -> SmallText | Roberta:
    """Return the branch: ``small``, else a RoBERTa as its configuration says."""
    return SmallText(words, width, dropout) if kind == "small" else Roberta(assets[CONFIG])


def load_text(branch: SmallText | Roberta, kind: str) -> None:
    """Give a RoBERTa of the Hub its published weights; leave every other branch as it is."""
    if isinstance(branch, Roberta):
        hub_weights(branch.text, kind, "RobertaModel")
