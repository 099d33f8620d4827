import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elsa_data.captions.clean import MAX_CHARACTERS, clean_caption
from elsa_data.errors import CaptionError


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("A dog barks.", "A dog barks."),
        ("  A\tdog \n\n barks ", "A dog barks"),
        ("A do\u200bg\u2060 barks\ufeff", "A dog barks"),
        ("\u202eA dog\u202c barks\u2066!\u2069", "A dog barks!"),
        ("A dog\x00\x07\x1b[1m barks", "A dog[1m barks"),
        ("A ﬁre", "A fire"),
        ("A\u00a0dog\u3000barks", "A dog barks"),
        ("\uff26ull width", "Full width"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("cafe\u200b\u0301", "caf\u00e9"),
        ("soft\u00adhyphen", "softhyphen"),
        ("star \u2b50\ufe0f", "star \u2b50"),
        ("tag\U000e0041s", "tags"),
        ("blank\u3164\u2800", "blank"),
        ("2 > 1 and [inside] <b>", "2 > 1 and [inside] <b>"),
        ("犬が吠える", "犬が吠える"),
    ],
)
def test_what_is_left_is_what_a_reader_sees(raw, clean):
    assert clean_caption(raw) == clean


@pytest.mark.parametrize(
    "token",
    [
        "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "< | im_start | >", "[INST]",
        "[/INST]", "[ inst ]", "<s>", "</s>", "<<SYS>>", "<</SYS>>", "<start_of_turn>", "<eos>",
        "<\uff5cbegin▁of▁sentence\uff5c>", "\uff1c|im_start|\uff1e", "<|im_\u200bstart|>",
        "<think>", "[|Human|]", "### Instruction:", "<tool_call>", "<\u202e|im_start|>",
    ],
)  # fmt: skip
def test_chat_template_tokens_are_refused_by_name(token):
    with pytest.raises(CaptionError, match="chat-template token") as caught:
        clean_caption(f"A dog {token} barks")
    assert caught.value.reason == "chat-tokens"


@pytest.mark.parametrize("raw", ["", "   ", "\u200b\u200b", "...", "\x00", "123 !"])
def test_a_caption_without_words_is_refused(raw):
    with pytest.raises(CaptionError, match="no words") as caught:
        clean_caption(raw)
    assert caught.value.reason == "empty-caption"
    assert pickle.loads(pickle.dumps(caught.value)).reason == "empty-caption"


def test_a_long_caption_ends_with_a_whole_word():
    cut = clean_caption("barking " * 100)
    assert cut == ("barking " * 50).strip()
    assert len(clean_caption("x" * 1000)) == MAX_CHARACTERS
    exact = "a" * 399 + "b"
    assert clean_caption(f"{exact} more") == exact


@given(st.text(max_size=600))
def test_cleaning_twice_changes_nothing(raw):
    try:
        once = clean_caption(raw)
    except CaptionError:
        return
    assert clean_caption(once) == once
    assert len(once) <= MAX_CHARACTERS
    assert once == " ".join(once.split())
