from elsa_data.evaluate.scores import Score
from elsa_data.evaluate.table import in_order, table


def score(protocol, subject, value=50.0, **more):
    return Score(protocol=protocol, subject=subject, value=value, unit="%", n=1200, **more)


def test_protocols_stay_together_and_the_model_comes_first():
    said = [
        score("direction, zero-shot", "mono input", 25.04, reference="chance 25"),
        score("size, zero-shot", "model", None, note="small 3"),
        score("direction, zero-shot", "model", 96.5, interval=(95.2, 97.5)),
    ]
    assert [each.subject for each in in_order(said)] == ["model", "mono input", "model"]
    lines = [" ".join(line.split()) for line in table(said).splitlines()]
    assert lines[1:] == [
        "direction, zero-shot model 96.5 % 95.2 to 97.5 1,200 92.0 to 92.8",
        "mono input 25.0 % 1,200 chance 25",
        "size, zero-shot model (1) n/a 1,200",
        "(1) small 3",
    ]
