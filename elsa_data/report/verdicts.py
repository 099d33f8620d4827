"""What is known of a caption: who wrote it, and whether it says its words and no others."""

from collections.abc import Iterator

from elsa_data.captions.template import misspoken
from elsa_data.examples import Example
from elsa_data.records import PartWords, SpatialAttributes
from elsa_data.report.markup import Markup, joined, tag


def verdict_on(example: Example, index: int) -> Markup:
    """Return the verdict on one caption of a row.

    A template's sentence is read again here. A model's is in the data only because the verifier
    of the build believed it, and how many answers that took is told.
    """
    return joined(*_verdict(example, index))


def _verdict(example: Example, index: int) -> Iterator[Markup]:
    source, tries = example.caption_sources[index], example.caption_attempts[index]
    yield tag("b", source)
    if source == "llm":
        yield joined(f" {example.caption_models[index] or 'a model'}, ")
        yield tag("span", f"✓ believed by the verifier, answer {tries}", class_="good")
    elif source == "template":
        if tries > 1:
            yield joined(f" after {tries} answers of a model that were not believed, ")
        slot = misspoken_slot(example, index)
        if slot is None:
            yield tag("span", " ✓ says its words and no others", class_="good")
        elif slot:
            yield tag("span", f" ✗ is not true of the {slot}", class_="bad")
    else:
        yield joined(" caption, as it was")


def misspoken_slot(example: Example, index: int) -> str | None:
    """Return the slot a template's caption is wrong about, None where it is right.

    An empty string where it cannot be told: the source captions of several sources are stored as
    one text.
    """
    if len(example.parts) != 1:
        return ""
    attributes = SpatialAttributes(
        room_size=example.room_size,
        reverberation=example.reverberation,
        parts=tuple(
            PartWords(
                direction=part.direction,
                elevation=part.elevation,
                distance=part.distance,
                motion=part.motion,
            )
            for part in example.parts
        ),
    )
    return misspoken(example.captions[index], [example.original_captions[index]], attributes)
