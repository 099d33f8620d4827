import pytest

from elsa_data.captions.content import difference


def told(source: str, rewrite: str) -> str | None:
    return difference(source.split(), rewrite.split())


@pytest.mark.parametrize(
    ("source", "rewrite"),
    [
        ("a dog barks", "a dog is barking"),
        ("a dog barks", "the barking of a dog comes from \u00a7"),
        ("a dog barks while a baby cries", "a baby cries while a dog barks"),
        ("a horn is blown by a rider", "a rider blows a horn"),
        ("someone types", "typing is heard"),
        ("an engine starts", "the start of an engine is heard"),
        ("a man speaks and then a bell rings", "a bell rings after a man speaks"),
        ("a man has a dry cough", "a man with a dry cough is coughing"),
    ],
)
def test_a_paraphrase_keeps_the_content(source, rewrite):
    assert told(source, rewrite) is None


@pytest.mark.parametrize(
    ("source", "rewrite", "slug"),
    [
        ("a dog barks twice", "a dog barks", "dropped:twice"),
        ("a dog barks", "a big dog barks", "invented:big"),
        ("a dog barks", "a dog barks then", "invented:then"),
        ("a dog barks", "a dog comes from \u00a7 barking", "invented:comes"),
        ("a dog barks", "she hears a dog barking", "invented:she"),
        ("a dog barks", "a dog barks at you", "invented:you"),
        ("dogs bark", "a dog barks", "count-changed:dog"),
        ("a girl giggles and a boy answers", "a boy giggles and a girl answers", "events-mixed"),
        ("a man speaks then a bell rings", "a bell rings then a man speaks", "order-changed"),
        ("a man speaks then a bell rings", "a man speaks and a bell rings", "order-lost"),
        ("a man talks without music", "without a man talks music", "negation-changed"),
        ("a dog chases a cat", "a cat chases a dog", "roles-swapped"),
        ("a dog chases a cat", "a dog is chased by a cat", "roles-swapped"),
        ("a man pours tea into a cup", "a man pours tea from a cup", "relation-changed:cup"),
        ("a small dog sees a cat", "a dog sees a small cat", "moved:small"),
    ],
)
def test_what_is_told_otherwise_is_named(source, rewrite, slug):
    assert told(source, rewrite) == slug
