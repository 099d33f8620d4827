"""How like its references a sentence is: BLEU-4, ROUGE-L, CIDEr-D, and whether it names the side.

A corpus is a list of sentences and for each its references. Words are lower-case letters and
digits; the reference implementations cut words a little differently, so compare within one table.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

Words = tuple[str, ...]

LONGEST: Final = 4
"""n-grams go up to this."""

SIDES: Final = {
    "front": re.compile(r"\b(front|ahead)\b"),
    "left": re.compile(r"\bleft\b"),
    "right": re.compile(r"\bright\b"),
    "back": re.compile(r"\b(back|behind|rear)\b"),
}
"""What names a direction; so would a left turn signal."""


def words_of(sentence: str) -> Words:
    """Return its words."""
    return tuple(re.findall(r"[a-z0-9']+", sentence.lower()))


def bleu(found: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Return BLEU-4 of a corpus, in [0, 1].

    Source: Papineni et al., "BLEU", ACL 2002, doi:10.3115/1073083.1073135.
    """
    right, all_grams = np.zeros(LONGEST), np.zeros(LONGEST)
    length = closest = 0
    for said, others in zip(found, references, strict=True):
        own, known = words_of(said), [words_of(other) for other in others]
        length += len(own)
        closest += min((abs(len(other) - len(own)), len(other)) for other in known)[1]
        for n in range(1, LONGEST + 1):
            grams = _grams(own, n)
            most = Counter[Words]()
            for other in known:
                most |= _grams(other, n)
            right[n - 1] += (grams & most).total()
            all_grams[n - 1] += grams.total()
    if not right.all():
        return 0.0
    brevity = min(0.0, 1 - closest / length)
    return float(np.exp(brevity + np.log(right / all_grams).mean()))


def rouge_l(found: Sequence[str], references: Sequence[Sequence[str]], beta: float = 1.2) -> float:
    """Return the mean ROUGE-L of a corpus, in [0, 1]: best precision and best recall of each.

    Source: Lin, "ROUGE", ACL workshop 2004; beta and the two maxima as in Chen et al., "Microsoft
    COCO Captions", arXiv:1504.00325, 2015.
    """
    return float(np.mean([_rouge(s, o, beta) for s, o in zip(found, references, strict=True)]))


def cider_d(found: Sequence[str], references: Sequence[Sequence[str]], sigma: float = 6.0) -> float:
    """Return the mean CIDEr-D of a corpus, in [0, 10].

    Source: Vedantam, Zitnick & Parikh, "CIDEr", CVPR 2015, arXiv:1411.5726, section 5.
    """
    known = [[words_of(other) for other in others] for others in references]
    frequency = Counter(
        gram for others in known for gram in {g for o in others for g in _all_grams(o)}
    )
    scores = []
    for said, others in zip(found, known, strict=True):
        own = words_of(said)
        each = [_cider(own, other, frequency, len(known), sigma) for other in others]
        scores.append(10 * np.mean(each))
    return float(np.mean(scores))


def sides_of(sentence: str) -> frozenset[str]:
    """Return the directions that a sentence names."""
    return frozenset(side for side, named in SIDES.items() if named.search(sentence.lower()))


def side_f1(found: Sequence[str], sides: Sequence[str | None]) -> float:
    """Return the mean over directions of F1: named by a sentence, against the one that is true.

    None is a sound without a direction word: a sentence should then name none. A direction that is
    never true does not count; NaN when none is.
    """
    named = [sides_of(said) for said in found]
    scores = []
    for side in SIDES:
        true = [each == side for each in sides]
        told = [side in each for each in named]
        both = sum(a and b for a, b in zip(true, told, strict=True))
        if any(true):
            scores.append(2 * both / (sum(true) + sum(told)))
    return float(np.mean(scores)) if scores else float("nan")


def _grams(words: Words, n: int) -> Counter[Words]:
    return Counter(words[at : at + n] for at in range(len(words) - n + 1))


def _all_grams(words: Words) -> Counter[Words]:
    return sum((_grams(words, n) for n in range(1, LONGEST + 1)), Counter[Words]())


def _rouge(said: str, others: Sequence[str], beta: float) -> float:
    own, known = words_of(said), [words_of(other) for other in others]
    common = [_common(own, other) for other in known]
    precision = max(common) / max(len(own), 1)
    recall = max(c / max(len(other), 1) for c, other in zip(common, known, strict=True))
    if precision == 0 or recall == 0:
        return 0.0
    return (1 + beta**2) * precision * recall / (recall + beta**2 * precision)


def _common(first: Words, second: Words) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(second) + 1)
    for word in first:
        before = 0
        for at, other in enumerate(second, 1):
            before, row[at] = row[at], before + 1 if word == other else max(row[at], row[at - 1])
    return row[-1]


def _cider(own: Words, other: Words, frequency: Counter[Words], corpus: int, sigma: float) -> float:
    def weigh(grams: Counter[Words]) -> dict[Words, float]:
        return {
            gram: count * math.log(corpus / max(1, frequency[gram]))
            for gram, count in grams.items()
        }

    likeness = []
    for n in range(1, LONGEST + 1):
        said, known = weigh(_grams(own, n)), weigh(_grams(other, n))
        shared = sum(min(value, known[g]) * known[g] for g, value in said.items() if g in known)
        lengths = math.hypot(*said.values()) * math.hypot(*known.values())
        likeness.append(shared / lengths if lengths > 0 else 0.0)
    return math.exp(-((len(own) - len(other)) ** 2) / (2 * sigma**2)) * sum(likeness) / LONGEST
