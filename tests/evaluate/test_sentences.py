import math

import numpy as np
import pytest

from elsa_data.evaluate.sentences import bleu, cider_d, rouge_l, side_f1, sides_of, words_of

SAID = ["a dog barks to the side", "rain falls far away", "a bell rings"]
KNOWN = [
    ["a dog barks to the left", "on the left a dog is barking"],
    ["rain is falling far away"],
    ["a bell rings", "the bell rings out"],
]


def grams(words, n):
    return [tuple(words[at : at + n]) for at in range(len(words) - n + 1)]


def naive_bleu(found, references):
    logs, own_length, other_length = [], 0, 0
    for n in (1, 2, 3, 4):
        right = total = 0
        for said, others in zip(found, references, strict=True):
            own = grams(words_of(said), n)
            for gram in set(own):
                most = max(grams(words_of(other), n).count(gram) for other in others)
                right += min(own.count(gram), most)
            total += len(own)
        logs.append(math.log(right / total))
    for said, others in zip(found, references, strict=True):
        length = len(words_of(said))
        own_length += length
        other_length += sorted((abs(len(words_of(o)) - length), len(words_of(o))) for o in others)[
            0
        ][1]
    brevity = 1.0 if own_length > other_length else math.exp(1 - other_length / own_length)
    return brevity * math.exp(sum(logs) / 4)


def naive_cider(found, references):
    totals = []
    for said, others in zip(found, references, strict=True):
        total = 0.0
        for n in (1, 2, 3, 4):

            def idf(gram, n=n):
                df = sum(any(gram in grams(words_of(o), n) for o in each) for each in references)
                return math.log(len(references) / max(1, df))

            own = grams(words_of(said), n)
            for other in others:
                known = grams(words_of(other), n)
                every = sorted(set(own) | set(known))
                a = np.array([own.count(gram) * idf(gram) for gram in every])
                b = np.array([known.count(gram) * idf(gram) for gram in every])
                apart = len(words_of(said)) - len(words_of(other))
                length = np.linalg.norm(a) * np.linalg.norm(b)
                if length > 0:
                    cosine = np.minimum(a, b) @ b / length
                    total += math.exp(-(apart**2) / 72) * cosine / len(others)
        totals.append(10 * total / 4)
    return float(np.mean(totals))


def test_bleu_is_that_of_plain_loops_and_of_a_copy_one():
    assert bleu(SAID, KNOWN) == pytest.approx(naive_bleu(SAID, KNOWN))
    assert bleu(["a dog barks on the left"], [["a dog barks on the left"]]) == 1.0
    assert bleu(["nothing alike here now"], [["a dog barks on the left"]]) == 0.0


def test_a_short_sentence_pays_for_its_brevity():
    short, long = "a dog barks on", "a dog barks on the left"
    assert bleu([short], [[long]]) == pytest.approx(math.exp(1 - 6 / 4))


def test_rouge_by_hand():
    # "a dog left" against "a big dog on the left": 3 in common, precision 1, recall 1/2.
    value = rouge_l(["a dog left"], [["a big dog on the left"]])
    assert value == pytest.approx((1 + 1.44) * 1 * 0.5 / (0.5 + 1.44 * 1))
    assert rouge_l(SAID, [[said] for said in SAID]) == pytest.approx(1.0)
    assert rouge_l(["rain"], [["a bell"]]) == 0.0


def test_cider_is_that_of_plain_loops_and_of_copies_ten():
    assert cider_d(SAID, KNOWN) == pytest.approx(naive_cider(SAID, KNOWN))
    plain = ["a dog barks loudly now", "soft rain falls far away", "one old bell rings slowly"]
    assert cider_d(plain, [[said] for said in plain]) == pytest.approx(10.0)


def test_directions_that_a_sentence_names():
    assert sides_of("Straight ahead, a dog") == {"front"}
    assert sides_of("From behind or to the LEFT") == {"back", "left"}
    assert sides_of("A bright bell") == frozenset()


def test_f1_of_directions_by_hand():
    said = ["on the left", "on the left", "to the right", "a bell", "to the rear"]
    sides = ["left", "right", "right", "right", None]
    # left: 1 of 2 named, all found; right: all of 1 named, 1 of 3 found; others never true.
    assert side_f1(said, sides) == pytest.approx((2 / 3 + 2 / 4) / 2)
    assert math.isnan(side_f1(["a bell"], [None]))
