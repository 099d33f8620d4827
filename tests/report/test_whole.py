import re
from collections import Counter

from elsa_data.report.totals import Losses, Totals
from elsa_data.report.whole import headline, whole_set


def shown(markup: str) -> str:
    return " ".join(re.sub("<[^>]*>", " ", markup).split())


def losses(**changes) -> Losses:
    given = {
        "manifest_rows": 100,
        "planned": 280,
        "rejects": {("probe", "truncated"): 4, ("plan", "caption-asserts-motion"): 2,
                    ("caption", "caption-asserts-distance"): 3},
        "refused": {"missing-direction": 7, "invented": 2},
        "fallbacks": {"missing-direction": 1},
        "asked": 300,
    }  # fmt: skip
    return Losses(**(given | changes))


def totals() -> Totals:
    return Totals(
        rows=Counter(train=270, nightly=7),
        spatial=Counter(train=180),
        seconds=Counter(train=7200.0),
        sources=Counter(llm=179, template=1, original=97),
        models=Counter({"a-model": 179}),
        attempts=Counter({1: 170, 2: 9}),
        read_again=1,
        labels=Counter(dog=5),
        licences=Counter({"CC0-1.0": 277}),
    )


def test_rejects_are_told_by_stage_and_reason() -> None:
    text = shown(whole_set(totals(), losses(), None))
    assert "100 manifest rows gave 280 planned examples and 277 rows." in text
    assert "probe truncated 4" in text
    assert "plan caption-asserts-motion 2" in text
    assert "Nothing was rejected" not in text
    assert "Nothing was rejected" in shown(whole_set(totals(), losses(rejects={}), None))
    assert "what was lost on its way is not told" in shown(whole_set(totals(), None, None))


def test_who_wrote_the_captions_and_how_often_a_model_was_refused() -> None:
    text = shown(whole_set(totals(), losses(), None))
    assert "llm 179 64.6 % original 97 35.0 % template 1 0.4 %" in text
    assert "answers until one was faithful 1 170 2 9" in text
    assert "answers refused, of 300 asked missing-direction 7 invented 2" in text
    assert "given up for the template, by last reason missing-direction 1" in text
    assert "1 of 1 template captions say their words and no others" in text


def test_a_caption_that_is_not_true_is_told() -> None:
    wrong = totals()
    wrong.read_again, wrong.misspoken = 9, Counter(direction=2)
    text = shown(whole_set(wrong, losses(), None))
    assert "7 of 9 template captions say their words" in text
    assert "not true of the row, by what they are wrong about direction 2" in text


def test_the_headline_counts() -> None:
    text = shown(headline(totals(), losses()))
    assert "rows 277 train 270, nightly 7" in text
    assert "of sound 2.0 h 180 spatial rows, 97 mono" in text
    assert "rejected 9" in text
    assert "rejected" not in shown(headline(totals(), None))
