"""Nothing in a mail may look like the frame of the conversation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmllm.llm.guardrails import is_looping, neutralise


@pytest.mark.parametrize(
    "token",
    [
        "<|im_start|>", "<|im_end|>", "<|eot_id|>", "<|endoftext|>", "<s>", "</s>", "<start_of_turn>", "<end_of_turn>",
        "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "<think>", "</think>", "<BOS>",
    ],
)  # fmt: skip
def test_control_tokens_are_broken_up(token: str) -> None:
    made = neutralise(f"before{token}after")
    assert token not in made
    assert made.replace(" ", "") == f"before{token}after", "the words stay readable"


@pytest.mark.parametrize(
    "text", ["a < b > c", "<ada@example.com>", "5 | 6", "[1] see [note]", "Grüße, 你好 👋", "<b>bold</b>"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert neutralise(text) == text


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_can_be_sent_afterwards(text: str) -> None:
    made = neutralise(text)
    made.encode("utf-8")
    assert "<|" not in made
    assert "|>" not in made
    assert "\0" not in made
    assert neutralise(made) == made


@given(st.text(alphabet="<|>/s[INST] ", max_size=30))
def test_breaking_one_token_up_makes_no_other(text: str) -> None:
    made = neutralise(text)
    assert "<|" not in made
    assert "|>" not in made
    assert "<s>" not in made
    assert "[INST]" not in made


def test_runs_of_white_space_are_a_loop() -> None:
    assert is_looping('{"a":' + " " * 24 + "1}")
    assert is_looping('{"a": 1' + "\n\t" * 12)
    assert not is_looping('{\n  "a": 1,\n          "b": 2\n}')
