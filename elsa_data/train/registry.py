"""Models by their configs."""

from collections.abc import Iterable, Mapping

from elsa_data.train.elsa import Elsa, ElsaConfig
from elsa_data.train.regressor import Regressor
from elsa_data.train.settings import ModelConfig

Model = Elsa | Regressor


def build_model(
    config: ModelConfig, assets: Mapping[str, str], rate_hz: int, *, published: bool = False
) -> Model:
    """Return the model of a config, with weights of the Hub if they are asked for, else random."""
    if isinstance(config, ElsaConfig):
        return Elsa(config, assets, rate_hz, published=published)
    return Regressor(config, assets, rate_hz, published=published)


def prepare_assets(config: ModelConfig, captions: Iterable[str]) -> dict[str, str]:
    """Return what the model of a config needs beside its weights."""
    if isinstance(config, ElsaConfig):
        return Elsa.prepare(config, captions)
    return Regressor.prepare(config, captions)
