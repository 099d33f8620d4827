"""How many parameters a model has, part by part, beside what ELSA's paper says."""

from dataclasses import replace
from typing import Final

import torch

from elsa_data.train.elsa import Elsa, ElsaConfig
from elsa_data.train.pretrained import RANDOM
from elsa_data.train.registry import build_model, prepare_assets
from elsa_data.train.regressor import RegressorConfig
from elsa_data.train.settings import Settings
from elsa_data.train.towers import count_parameters

PAPER: Final = {"spatial": "485,828", "all": "158 M"}
"""Devnani et al., arXiv:2409.11369, 2024: the parts whose size it gives."""


def parameter_table(settings: Settings) -> str:
    """Return the table, in Markdown; no weights are made, and none are fetched.

    Published branches are counted by their class's own size, which is that of the models the paper
    took, and words that are learnt from captions as if there were as many as asked for.
    """
    config = settings.model
    if isinstance(config, ElsaConfig):
        text = config.text if config.text == "small" else RANDOM
        semantic = config.semantic if config.semantic == "conv" else RANDOM
        config = replace(config, text=text, semantic=semantic)
    with torch.device("meta"):
        assets = prepare_assets(config, ())
        model = build_model(config, assets, settings.data.sample_rate_hz)
    sizes = {name: count_parameters(part) for name, part in model.named_children()}
    if isinstance(model, Elsa) and model.config.text == "small":
        sizes["text"] += (model.config.words - model.words.count) * model.config.text_width
    own = sum(each.numel() for each in model.parameters(recurse=False))
    sizes["all"] = sum(sizes.values()) + own
    paper = PAPER if config.spatial == "elsa" else {}
    if isinstance(config, RegressorConfig):
        paper = {name: said for name, said in paper.items() if name != "all"}
    rows = [f"| {name} | {size:,} | {paper.get(name, '')} |" for name, size in sizes.items()]
    return "\n".join(["| part | parameters | ELSA's paper |", "|---|---|---|", *rows])
