import pytest

from elsa_data.captions.repair import repaired

SENTENCE = "On your left, a dog barks."


@pytest.mark.parametrize(
    "reply",
    [
        SENTENCE,
        f"  {SENTENCE}\n",
        f'"{SENTENCE}"',
        f"'{SENTENCE}'",
        f"\u201c{SENTENCE}\u201d",
        f"Caption: {SENTENCE}",
        f'caption : "{SENTENCE}"',
        f"**Caption:** {SENTENCE}",
        f'"Caption: {SENTENCE}"',
        f"```\n{SENTENCE}\n```",
        f"```text\n{SENTENCE}\n```",
        f"<think>left. Not right.</think>\n\n{SENTENCE}",
        f"the end of a thought</think>{SENTENCE}",
        f'<think>a</think>```\nCaption: "{SENTENCE}"\n```',
    ],
)
def test_what_is_wrapped_around_a_sentence_comes_off(reply):
    assert repaired(reply) == SENTENCE


@pytest.mark.parametrize(
    "reply",
    [
        'A man says "hello" and a woman says "goodbye."',
        '"Hello," says a man, "goodbye."',
        "Sure! A dog barks.",
        "- A dog barks.",
        "A dog's bark and a cat's purr.",
        "",
    ],
)
def test_nothing_within_a_sentence_is_touched(reply):
    assert repaired(reply) == reply


def test_a_reply_that_is_only_a_thought_is_empty():
    assert repaired("<think>On your left, a dog barks.</think>") == ""


def test_a_sentence_that_needs_no_repair_stays_when_repaired_again():
    once = repaired(f'Caption: "{SENTENCE}"')
    assert repaired(once) == once
