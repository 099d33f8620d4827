from dataclasses import replace

import pytest
import torch
from transformers import ClapFeatureExtractor, RobertaTokenizerFast

from elsa_data.errors import ConfigError
from elsa_data.train.command import spatial_stage
from elsa_data.train.registry import build_model, prepare_assets
from elsa_data.train.semantic import ClapSemantic, semantic_assets
from elsa_data.train.settings import load_settings
from elsa_data.train.spatial import ElsaSpatial
from elsa_data.train.targets import TARGETS
from elsa_data.train.text import Words, learn_words
from elsa_data.train.towers import count_parameters
from tests.train.sounds import settings

CAPTIONS = [f"a dog barks {where}" for where in ("on the left", "behind", "in a small room")]


def noise(rows: int, seconds: float, rate_hz: int = 16_000) -> torch.Tensor:
    generator = torch.Generator().manual_seed(1)
    return 0.1 * torch.randn(rows, 4, round(seconds * rate_hz), generator=generator)


def tiny(**changes):
    config = replace(settings().model, **changes)
    torch.manual_seed(0)
    return build_model(config, prepare_assets(config, CAPTIONS), 16_000).eval()


def test_the_papers_spatial_branch_has_the_papers_size():
    branch = ElsaSpatial(16_000, 0.3).eval()
    assert count_parameters(branch) == 485_828
    features = branch.hear(noise(1, 10))
    assert features["intensity_bins"].shape == (1, 6, 201, 1601)
    assert branch(features).shape == (1, 192)
    grid = branch.active(torch.zeros(1, 6, 201, 1601))
    assert grid.shape == (1, 16, 3, 25)


def test_the_papers_spatial_branch_hears_other_rates_and_lengths():
    branch = ElsaSpatial(48_000, 0.3).eval()
    assert branch(branch.hear(noise(2, 3, 48_000))).shape == (2, 192)


@pytest.mark.parametrize("spatial", ["conv", "conv-content", "elsa", "none"])
def test_a_model_embeds_sound_and_text_in_one_space(spatial):
    model = tiny(spatial=spatial)
    heard, read = model.embed_audio(noise(3, 1)), model.embed_text(["a dog", "behind"])
    assert heard.shape == (3, 16)
    assert read.shape == (2, 16)
    assert torch.cat([heard, read]).norm(dim=1).tolist() == pytest.approx([1] * 5, abs=1e-5)


def test_the_mono_baseline_hears_w_alone_and_the_others_do_not():
    sound = noise(1, 1)
    turned = sound * torch.tensor([1.0, -1, 1, -1])[:, None]
    mono, spatial = tiny(spatial="none"), tiny()
    assert torch.equal(mono.embed_audio(sound), mono.embed_audio(turned))
    assert not torch.allclose(spatial.embed_audio(sound), spatial.embed_audio(turned), atol=1e-3)


def test_padding_changes_no_text():
    model = tiny()
    alone = model.embed_text(["a dog"])
    beside = model.embed_text(["a dog", "a dog barks on the left in a small room behind"])
    assert torch.allclose(alone[0], beside[0], atol=1e-6)


def test_words_are_learnt_the_same_in_any_order_and_read_as_robertas(tmp_path):
    told = learn_words(CAPTIONS, 300)
    assert told == learn_words(reversed(CAPTIONS), 300)
    words = Words(told)
    tokens = words(["a dog barks", "a"])
    assert tokens.shape[0] == 2
    assert tokens[0, 0] == 0
    assert tokens[1, -1] == 1
    (tmp_path / "tokenizer.json").write_text(told)
    roberta = RobertaTokenizerFast(tokenizer_file=str(tmp_path / "tokenizer.json"))
    assert roberta("a dog barks")["input_ids"] == tokens[0].tolist()


def test_clap_hears_what_its_own_extractor_would_give_it():
    branch = ClapSemantic(semantic_assets("random")["semantic.json"], 48_000)
    sound = noise(1, 10, 48_000)
    # As laion/clap-htsat-unfused says it; the class alone begins at 0 Hz.
    extract = ClapFeatureExtractor(truncation="rand_trunc", frequency_min=50)
    own = extract(sound[0, 0].numpy(), sampling_rate=48_000, return_tensors="pt")["input_features"]
    found = branch.hear(sound)["clap_mel"]
    assert found.shape == own.shape
    assert torch.allclose(found, own.float(), atol=1e-3)


def test_the_spatial_stage_learns_every_number_from_spatial_rows():
    told = spatial_stage(load_settings("elsa"))
    assert told.data.mono == "leave_out"
    assert told.train.weights.keys() == TARGETS.keys() == set(told.model.heads)
    model = build_model(told.model, {}, 48_000)
    found = model(model.hear(noise(2, 2, 48_000)))
    assert {name: found[name].shape[1] for name in TARGETS} == TARGETS
    with pytest.raises(ConfigError, match="no text"):
        model.embed_text(["a dog"])


@pytest.mark.slow
def test_elsa_at_the_papers_size_takes_a_step():
    told = load_settings("elsa", ["model.semantic=random", "model.text=random"]).model
    model = build_model(told, prepare_assets(told, CAPTIONS), 48_000)
    parts = {name: count_parameters(part) for name, part in model.named_children()}
    assert parts["spatial"] == 485_828
    assert parts["semantic"] == pytest.approx(27.5e6, rel=0.02)
    assert parts["text"] == pytest.approx(124.6e6, rel=0.01)
    assert count_parameters(model) == pytest.approx(158e6, rel=0.04)
    features = model.hear(noise(2, 10, 48_000)) | model.read(CAPTIONS[:2])
    found = model(features)
    (found["audio"] @ found["text"].T).sum().backward()
    assert all(e.grad is not None for n, e in model.named_parameters() if n.startswith("spatial"))
