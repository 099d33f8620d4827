import json

import pytest

from elsa_data.errors import ConfigError
from elsa_data.train.settings import CONFIGS, load_settings, parse_settings, plain_settings

SHIPPED = sorted(path.stem for path in CONFIGS.glob("*.yaml"))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_config_reads_and_goes_through_json(name):
    settings = load_settings(name)
    told = json.loads(json.dumps(plain_settings(settings)))
    assert parse_settings(told, "again") == settings


def test_changes_are_made_in_order_and_typed():
    settings = load_settings("tiny", ["train.epochs=3", "train.epochs=5", "model.heads=[area]"])
    assert settings.train.epochs == 5
    assert settings.model.heads == ("area",)
    assert "volume" in load_settings("tiny", ["train.weights.volume=1"]).train.weights


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("train.epoch=3", "Did you mean 'epochs'"),
        ("train.epochs", "a.b=c"),
        ("train.epochs=many", "train.epochs: got 'many'"),
        ("train.epochs=0", "train.epochs: 0: wanted more than 0"),
        ("train.weights.distnce=1", "Did you mean 'distance'"),
        ("train.warmup=1", "below 1"),
        ("data.crop=random", "data.keep: features that are kept"),
        ("model.kind=else", "model.kind: wanted one of elsa"),
        ("model.mel.normalize=uint", "Did you mean 'unit'"),
        ("model=[1", "--set model=[1"),
    ],
)
def test_what_cannot_be_is_named(change, message):
    with pytest.raises(ConfigError) as caught:
        load_settings("tiny", [change])
    assert message in str(caught.value)


def test_a_config_that_is_not_there_is_named():
    with pytest.raises(ConfigError, match="Did you mean 'tiny'"):
        load_settings("tinny")
