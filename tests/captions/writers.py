"""A writer, its judge and a few captions, as tests of the rewriting loop put them together."""

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from pathlib import Path

import fsspec

from elsa_data.captions.answers import AnswerStore
from elsa_data.captions.asking import Patience, Spent
from elsa_data.captions.examine import Examiner, Task, Writer
from elsa_data.captions.inorder import in_order
from elsa_data.captions.pace import Traffic
from elsa_data.captions.prompts import load_prompt
from elsa_data.captions.rewrite import Rewritten, rewriter_of
from elsa_data.captions.template import misspoken
from elsa_data.captions.unsettled import unsettled
from elsa_data.config import load_vocabulary
from elsa_data.records import PartWords, SpatialAttributes

KEY = "sk-test-5eCrEt0123456789"
VOCABULARY = load_vocabulary("attributes.elsa.v1")
WRITER = Writer(model="test-model", prompt=load_prompt("rewrite.v1"))
SOUNDS = ("A dog barks", "Rain falls on a tin roof", "A man laughs and then coughs", "Bells ring")
EVENTS = (
    *("A dog barks", "A man laughs", "Rain falls on a tin roof", "Bells ring", "A baby cries"),
    *("A car engine idles", "Water drips into a sink", "A door creaks open", "Birds chirp"),
    *("A crowd cheers", "Someone types on a keyboard", "A siren wails", "A woman sings"),
    *("Thunder rumbles", "A horse gallops", "A clock ticks", "Leaves rustle"),
    *("A train whistle blows", "Glass shatters", "An audience applauds"),
)
JOINTS = ("while", "and then", "before", "as", "after", "and")
CAPTIONS = tuple(
    f"{one} {joint} {other[0].lower()}{other[1:]}"
    for joint, one, other in product(JOINTS, EVENTS, EVENTS)
    if one != other
)
DIRECTIONS = ("left", "right", "front", "back")


def task(
    number: int = 0, *captions: str, direction: str | None = "left", distance: str | None = "far"
) -> Task:
    captions = captions or (f"{SOUNDS[number % 4]} {number} times",)
    place = PartWords(direction=direction, distance=distance)
    words = SpatialAttributes(
        room_size="small" if direction else None, reverberation=None, parts=(place,) * len(captions)
    )
    return Task(key=f"{number}/0", seed=7, captions=captions, attributes=words)


def tasks(count: int) -> Iterable[Task]:
    return (task(number, direction=DIRECTIONS[number % 4]) for number in range(count))


def judge(originals: Sequence[str], attributes: SpatialAttributes, text: str) -> str | None:
    """A judge that knows words but no invention, and wants a sentence in English letters."""
    if not text.endswith(".") or len(text.split()) < 3:
        return "form"
    return misspoken(text, originals, attributes)


def rewrite(
    todo: Iterable[Task],
    folder: Path,
    *,
    writer: Writer = WRITER,
    judge: Callable[..., str | None] = judge,
    patience: Patience | None = None,
    **traffic: float,
) -> tuple[list[Rewritten], Spent]:
    """Rewrite some captions with the endpoint of the environment."""
    limits = Traffic(**{"max_concurrent": 8, **traffic})  # pyright: ignore[reportArgumentType]
    with AnswerStore(str(folder), fsspec.filesystem("file")) as store:
        examiner = Examiner(writer, VOCABULARY, store, judge=judge, unsettled=unsettled)
        rewriter = rewriter_of(examiner, writer, limits, patience)
        return list(in_order(todo, rewriter.opened(), window=64)), rewriter.asker.spent


def stored(folder: Path) -> list[str]:
    return [line for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().split()]
