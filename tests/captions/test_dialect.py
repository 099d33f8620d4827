import pytest

from elsa_data.captions.dialect import Dialect, Sampling

UNSUPPORTED = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. "
    "Use 'max_completion_tokens' instead."
)
EFFORT = (
    "Unsupported value: 'reasoning_effort' does not support 'none' with this model. Supported "
    "values are: 'minimal', 'low', 'medium', and 'high'."
)


def test_the_limit_is_named_as_the_host_knows_it() -> None:
    assert "max_completion_tokens" in Dialect("api.openai.com").spelt(Sampling())
    assert "max_tokens" in Dialect("localhost:8000").spelt(Sampling())


def test_another_name_for_the_limit_is_learnt() -> None:
    dialect = Dialect("localhost")
    sent = dialect.spelt(Sampling(max_tokens=80))
    assert dialect.learn(sent, "max_tokens", UNSUPPORTED)
    assert dialect.spelt(Sampling(max_tokens=80))["max_completion_tokens"] == 80
    assert "max_tokens" not in dialect.spelt(Sampling())


def test_a_value_leads_to_the_next_one_and_then_to_silence() -> None:
    dialect, said = Dialect("localhost"), []
    while "reasoning_effort" in (sent := dialect.spelt(Sampling())):
        said.append(sent["reasoning_effort"])
        assert dialect.learn(sent, "reasoning_effort", EFFORT)
    assert said == ["none", "minimal", "low"]


@pytest.mark.parametrize("param", ["reasoning_effort", None])
def test_an_unknown_parameter_is_dropped_at_once(param: str | None) -> None:
    dialect = Dialect("localhost")
    message = "Unrecognized request argument supplied: reasoning_effort"
    assert dialect.learn(dialect.spelt(Sampling()), param, message)
    assert "reasoning_effort" not in dialect.spelt(Sampling())
    assert "temperature" in dialect.spelt(Sampling())


def test_temperature_may_be_fixed() -> None:
    dialect = Dialect("localhost")
    message = "Unsupported value: 'temperature' does not support 0.3 with this model."
    assert dialect.learn(dialect.spelt(Sampling()), "temperature", message)
    assert "temperature" not in dialect.spelt(Sampling())


@pytest.mark.parametrize("message", ["This text cannot be processed", "context length exceeded"])
def test_other_refusals_teach_nothing(message: str) -> None:
    dialect = Dialect("localhost")
    before = dialect.spelt(Sampling())
    assert not dialect.learn(before, "messages", message)
    assert not dialect.learn(before, None, message)
    assert dialect.spelt(Sampling()) == before


def test_none_leaves_it_to_the_endpoint() -> None:
    silent = Sampling(temperature=None, reasoning_effort=None)
    assert Dialect("localhost").spelt(silent) == {"max_tokens": 80}
    assert Dialect("h").spelt(Sampling(reasoning_effort="high"))["reasoning_effort"] == "high"
