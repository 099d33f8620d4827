"""The texts that stand for words: a YAML file in ``prompts/``, and where a model puts them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from elsa_data.config import SLOTS, asset
from elsa_data.errors import PromptError
from elsa_data.evaluate.scores import Floats
from elsa_data.strict import FieldError, Spot, parse, read_yaml
from elsa_data.train.registry import Model

DEFAULT: Final = "zeroshot.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """For each attribute, for each of its words, the texts that stand for it."""

    name: str
    texts: Mapping[str, Mapping[str, tuple[str, ...]]]

    def __post_init__(self) -> None:
        """Refuse attributes and words that rows do not have, and words without a text."""
        for attribute, words in self.texts.items():
            known = SLOTS[attribute][1] if attribute in SLOTS else ()
            if set(words) != set(known) or not all(words.values()):
                wanted = f"the words {', '.join(known)}" if known else f"one of {', '.join(SLOTS)}"
                raise FieldError(
                    f"texts.{attribute}", f"wanted {wanted}, each with at least one text"
                )


def load_texts(name_or_path: str = DEFAULT) -> Texts:
    """Return the texts of a file.

    Raises:
        ConfigError: there is no such file, or (PromptError) it does not say what it should.
    """
    path = asset("prompts", name_or_path)
    return parse(Texts, read_yaml(path, PromptError), Spot(str(path), PromptError))


def prototypes(model: Model, texts: Texts) -> dict[str, dict[str, Floats]]:
    """Return for each word of each attribute the mean embedding (width,) of its texts, length 1."""
    return {
        attribute: {
            word: unit(model.embed_text(said).cpu().numpy().mean(0)) for word, said in words.items()
        }
        for attribute, words in texts.texts.items()
    }


def unit(vectors: Floats) -> Floats:
    """Return vectors (..., width) at length 1; zero stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > 0, length, 1.0)
