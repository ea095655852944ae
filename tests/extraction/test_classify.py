"""The small classifiers: shipped weights, made training texts, and rules where they cannot judge."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import call_command

from crmllm.extraction.classify import encoder, features, generator, judge, tongues, training
from crmllm.extraction.classify.judge import Judgement
from crmllm.llm.embedding import EmbeddingUnavailable

MOODS = [
    ("Three calls, two mails and still nobody has repaired our press. We lose a shift every day.", "negative"),
    ("Your fitter Ravi was brilliant, the line has never run so well. Thank you!", "positive"),
    ("Could you tell me which paper sizes the plotter takes?", "neutral"),
    ("We moved to a new building on 3 May, please use the address below.", "neutral"),
]
REQUESTS = [
    ("Would you mind looking over the attached lease before Friday?", "yes"),
    ("Please have somebody ring me about the crane.", "yes"),
    ("The lease was signed by both sides last Friday.", "no"),
    ("I had a lovely time at the harbour with the kids.", "no"),
    ("Thursday morning would be fine with me.", "yes"),
    ("To unsubscribe, follow the link at the bottom of this page.", "no"),
    ("He asked Sue to mail the drawings to the printer.", "no"),
]


@pytest.mark.parametrize(("text", "mood"), MOODS)
def test_the_mood_of_texts_that_were_not_trained_on(text: str, mood: str) -> None:
    found = judge.sentiments([text])[0]
    assert (found.value, found.by) == (mood, "classifier")
    assert 0.33 < found.confidence <= 1


@pytest.mark.parametrize(("sentence", "asks"), REQUESTS)
def test_whether_a_sentence_asks_for_something(sentence: str, asks: str) -> None:
    assert judge.asking([sentence])[0].value == asks


def test_a_public_message_is_put_into_words() -> None:
    written = "@northline: our #LostLuggage came back 😊 &amp; early, https://n.example/x :)"
    assert features.plain(written) == "our Lost Luggage came back happy & early, happy"
    assert features.plain("@northline") == "."


@pytest.mark.parametrize(("task", "judged"), [("sentiment", judge.sentiments), ("asks", judge.asking)])
def test_other_languages_are_judged_better_than_by_rules(
    task: str, judged: Callable[[Sequence[str]], list[Judgement]], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = [one for one in generator.elsewhere() if one.task == task]
    found = judged([one.text for one in spoken])
    right = sum(one.value == known.label for one, known in zip(found, spoken, strict=True))
    assert {one.tongue for one in spoken} == {"de", "fr", "es", "it", "nl", "pt", "pl"}
    monkeypatch.setattr(encoder, "TONGUES", frozenset())
    by_rules = sum(
        one.value == known.label
        for one, known in zip(judged([one.text for one in spoken]), spoken, strict=True)
        if one.by == "rules"
    )
    assert right > by_rules
    assert right / len(spoken) > 0.8


def test_a_language_that_no_embedding_knows_is_left_to_the_rules() -> None:
    swedish = "Vi är mycket besvikna, maskinen är trasig igen och vi har inte fått något svar från er."
    assert [one.by for one in judge.sentiments([swedish, MOODS[0][0]])] == ["rules", "classifier"]


def test_without_its_own_embedding_english_is_judged_as_other_languages_are(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(task: str, texts: list[str]) -> None:
        raise EmbeddingUnavailable("Not there.")

    monkeypatch.setattr(features, "english", missing)
    found = judge.sentiments([text for text, _ in MOODS])
    assert [(one.value, one.by) for one in found[:2]] == [("negative", "classifier"), ("positive", "classifier")]
    assert [one.value for one in judge.asking(["Please call me.", "It rained."])] == ["yes", "no"]


def test_landmarks_weigh_how_near_a_text_is() -> None:
    spots = np.array([[0.0, 0.0], [3.0, 0.0]])
    weights = judge.Weights(("no", "yes"), np.array([[0.0, 0.0], [-5.0, 5.0]]), np.zeros(2), "t", spots, 0.5)
    shares = weights.probabilities(np.array([[0.1, 0.0], [2.9, 0.0], [1.5, 0.0], [90.0, 0.0]]))
    assert shares.argmax(axis=1)[:2].tolist() == [0, 1]
    assert shares[2:].max() == pytest.approx(0.5), "between both, and far from both, neither counts for more"


def test_nothing_asked_nothing_judged() -> None:
    assert judge.sentiments([]) == []


@pytest.mark.parametrize("task", sorted(training.TASKS))
def test_the_generator_is_varied_fair_and_the_same_every_time(task: str) -> None:
    made = list(generator.examples(task, 600))
    assert made == list(generator.examples(task, 600))
    assert len({one.text for one in made}) > 570
    assert len(set(Counter(one.label for one in made).values())) == 1
    assert not any("{" in one.text for one in made)


@pytest.mark.parametrize("task", sorted(training.TASKS))
def test_a_test_never_sees_a_line_that_was_trained_on(task: str) -> None:
    seen, kept = generator.bank_of(task, False), generator.bank_of(task, True)
    for label, lines in kept.items():
        assert lines and not set(lines) & set(seen[label])


def test_training_writes_weights_that_judge_as_well_as_the_shipped_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "TASKS", {"asks": (400, 0.3)})
    monkeypatch.setattr(tongues, "TASKS", ())
    monkeypatch.setattr(training, "TEST_TEXTS", 100)
    out = StringIO()
    call_command("train_classifiers", "--to", str(tmp_path), stdout=out, stderr=StringIO())
    assert float(out.getvalue().split("macro-F1 ")[1].split()[0]) > 0.8
    monkeypatch.setattr(judge, "WEIGHTS", tmp_path)
    judge.weights.cache_clear()
    assert judge.weights("asks").landmarks is not None, "in English requests are judged by nearness"
    assert judge.weights("asks-anywhere").landmarks is None
    found = [one.value for one in judge.asking([sentence for sentence, _ in REQUESTS[:4]])]
    judge.weights.cache_clear()
    assert found.count("yes") == 2
