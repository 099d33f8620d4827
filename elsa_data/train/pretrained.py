"""Published models from the Hub, through `transformers`; the one file that imports it."""

import importlib
import json
from types import ModuleType
from typing import Any, Final

from elsa_data.errors import ConfigError

RANDOM: Final = "random"
"""A name that stands for the published size with random weights; needs no network."""


def transformers_model(model: str, config: str, told: str) -> Any:
    """Return a model of `transformers` with random weights, as the JSON of its config says."""
    library = _transformers()
    return getattr(library, model)(getattr(library, config).from_dict(json.loads(told)))


def hub_config(name: str, config: str) -> str:
    """Return the JSON of a published model's configuration; of its class for ``random``.

    Raises:
        ConfigError: the Hub has no such model, or cannot be reached.
    """
    library = _transformers()
    kind = getattr(library, config)
    try:
        found = kind() if name == RANDOM else kind.from_pretrained(name)
    except OSError as error:
        raise ConfigError(f"model {name!r}: {_line(error)}") from error
    return found.to_json_string()


def hub_weights(module: Any, name: str, model: str) -> None:
    """Copy a published model's weights into a module of the same class; none for ``random``."""
    if name != RANDOM:
        module.load_state_dict(getattr(_transformers(), model).from_pretrained(name).state_dict())


def hub_tokenizer(name: str) -> str:
    """Return the JSON of a published model's tokenizer.

    Raises:
        ConfigError: the Hub has no such tokenizer, or cannot be reached.
    """
    try:
        found = _transformers().AutoTokenizer.from_pretrained(name)
    except OSError as error:
        raise ConfigError(f"tokenizer {name!r}: {_line(error)}") from error
    return found.backend_tokenizer.to_str()


def _transformers() -> ModuleType:
    try:
        return importlib.import_module("transformers")
    except ModuleNotFoundError as error:
        raise ConfigError(
            "published models need transformers: pip install 'elsa-data[train,transformers]'"
        ) from error


def _line(error: OSError) -> str:
    return " ".join(str(error).split())
