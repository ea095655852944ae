"""Vectors of texts: near for what means the same, found only by those who may see it, and never in the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from crmllm.access.choices import Role
from crmllm.access.models import User
from crmllm.core.crypto import drop_keys
from crmllm.core.ids import uuid7
from crmllm.crm.models import CrmUser
from crmllm.extraction import services as extraction
from crmllm.extraction import tasks
from crmllm.ingestion.choices import Status
from crmllm.ingestion.models import Interaction
from crmllm.llm import embedding, embedding_files, selectors, services
from crmllm.llm.embedding import EmbeddingUnavailable, embed
from crmllm.llm.models import EMBEDDING_SIZE, Embedding
from tests.support.factories import interaction

OFFER = "Could you send us a quote for twelve printers?"
ASK = "We would like an offer for a dozen printing machines."
LUNCH = "The canteen serves soup on Monday and pasta on Tuesday."


@pytest.fixture
def no_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """As on a machine where the set-up could not fetch the model."""
    monkeypatch.setattr(embedding_files, "tokenizer", lambda: tmp_path / "nothing.json")
    embedding._encoder.cache_clear()
    yield
    embedding._encoder.cache_clear()


def unit(*first: float) -> list[float]:
    """A made-up vector of length 1."""
    vector = [*first] + [0.0] * (EMBEDDING_SIZE - len(first))
    length = math.hypot(*vector)
    return [value / length for value in vector]


def keep(row: Interaction, *first: float) -> None:
    Embedding.objects.create(
        subject_type=selectors.INTERACTION,
        subject_id=row.pk,
        request_model=embedding_files.MODEL_NAME,
        vector=unit(*first),
    )


# --- the model itself ----------------------------------------------------------------------------------------------


def cosine(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_what_means_the_same_is_near() -> None:
    offer, ask, lunch = embed([OFFER, ASK, LUNCH])
    assert len(offer) == EMBEDDING_SIZE
    assert math.hypot(*offer) == pytest.approx(1, abs=1e-4)
    assert cosine(offer, ask) > 0.6 > 0.3 > cosine(offer, lunch)


def test_order_and_company_do_not_change_a_vector() -> None:
    texts = [f"{LUNCH} " * (1 + number % 7) + str(number) for number in range(20)] + [OFFER]
    together = embed(texts)
    assert cosine(together[-1], embed([OFFER])[0]) > 0.99
    assert cosine(together[3], embed([texts[3]])[0]) > 0.99


@pytest.mark.parametrize("text", ["", " ", "\ud800 broken", "x" * 100_000, "你好 " * 400])
def test_any_text_has_a_vector(text: str) -> None:
    (vector,) = embed([text])
    assert len(vector) == EMBEDDING_SIZE
    assert all(math.isfinite(value) for value in vector)


def test_no_texts_cost_nothing(no_files: None) -> None:
    assert embed([]) == []


def test_without_its_files_there_is_a_sentence(no_files: None) -> None:
    with pytest.raises(EmbeddingUnavailable, match="make setup"):
        embed(["x"])


# --- kept and found ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_later_vector_replaces_the_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = uuid7()
    for vector in (unit(1), unit(0, 1)):
        monkeypatch.setattr(services, "embed", lambda texts, vector=vector: [vector] * len(texts))
        services.store_embeddings(subject_type="interaction", texts={subject: "x"})
    (row,) = Embedding.objects.all()
    assert row.subject_id == subject
    assert list(row.vector)[:2] == [0, 1]


@pytest.mark.django_db(databases=["default", "keys"])
def test_similar_ones_come_nearest_first_and_without_itself(reviewer: User) -> None:
    rows = [interaction() for _ in range(4)]
    for row, first in zip(rows, [(1, 0), (1, 0.1), (0, 1), (1, 0.5)], strict=True):
        keep(row, *first)
    assert selectors.similar_interactions(reviewer, rows[0], limit=2) == [rows[1], rows[3]]


@pytest.mark.django_db(databases=["default", "keys"])
def test_one_without_a_vector_has_no_similar_ones(reviewer: User) -> None:
    row = interaction()
    keep(interaction(), 1)
    assert selectors.similar_interactions(reviewer, row) == []


@pytest.mark.django_db(databases=["default", "keys"])
def test_a_person_finds_only_what_is_theirs_however_much_is_nearer(make_user: Callable[..., User]) -> None:
    rep = make_user("rob", Role.REP)
    me = CrmUser.objects.create(name="Rob", email="rob@ours.example", user=rep)
    other = CrmUser.objects.create(name="Eva", email="eva@ours.example")
    mine, seen = interaction(owner=me), interaction(owner=me)
    keep(mine, 1, 0)
    keep(seen, 0, 1)
    for number in range(200):  # more than the index gives at once
        keep(interaction(owner=other), 1, number / 1000)
    assert selectors.similar_interactions(rep, mine) == [seen]


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_scan_goes_on_for_this_transaction_only() -> None:
    from django.db import connection, transaction

    from crmllm.llm import sql

    def setting() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('hnsw.iterative_scan', true)")
            return str(cursor.fetchone()[0])

    with transaction.atomic():
        sql.search_iteratively()
        assert setting() == "strict_order"


# --- in the stage --------------------------------------------------------------------------------------------------


class Run:
    def should_stop(self) -> bool:
        return False

    def tick(self, **counts: Any) -> None:
        raise AssertionError("nothing is done here")


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_idle_stage_makes_the_missing_vectors_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def fake(texts: list[str]) -> list[list[float]]:
        asked.append(list(texts))
        return [unit(1)] * len(texts)

    monkeypatch.setattr(services, "embed", fake)
    rows = [interaction(f"text {number}") for number in range(3)]
    interaction("not understood yet", status=Status.PARSED)
    tasks.embed_idle(Run())
    tasks.embed_idle(Run())
    assert sorted(asked[0]) == ["text 0", "text 1", "text 2"]
    assert len(asked) == 1
    kept: set[UUID] = set(Embedding.objects.values_list("subject_id", flat=True))
    assert kept == {row.pk for row in rows}


@pytest.mark.django_db(databases=["default", "keys"])
def test_without_the_model_the_stage_goes_on_and_says_so(no_files: None, caplog: pytest.LogCaptureFixture) -> None:
    interaction()
    tasks.embed_idle(Run())
    assert "embedding_unavailable" in caplog.text
    assert not Embedding.objects.exists()


@pytest.mark.django_db(databases=["default", "keys"])
def test_erased_ones_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, gone = interaction("fine"), interaction("secret")
    drop_keys([gone.key_id])
    monkeypatch.setattr(services, "embed", lambda texts: [unit(1)] * len(texts))
    assert list(extraction.texts_without_vector(1)) == [{}, {kept.pk: "fine"}]
    tasks.embed_idle(Run())
    assert Embedding.objects.get().subject_id == kept.pk


@pytest.mark.django_db(databases=["default", "keys"])
def test_the_idle_stage_looks_only_at_what_came_in_lately() -> None:
    old = UUID(int=int((timezone.now() - timedelta(days=9)).timestamp() * 1000) << 80)
    interaction("old", id=old)
    assert list(extraction.texts_without_vector(5)) == []


@pytest.mark.django_db(databases=["default", "keys"])
def test_for_each_of_several_vectors_the_nearest_of_some_are_found(django_assert_num_queries: Any) -> None:
    near, far, unasked = (interaction() for _ in range(3))
    keep(near, 1.0, 0.1)
    keep(far, 0.0, 1.0)
    keep(unasked, 1.0)
    one, other, among = uuid7(), uuid7(), {near.pk, far.pk, uuid7()}
    with django_assert_num_queries(1):
        found = selectors.nearest_each(
            {one: unit(1.0), other: unit(0.0, 1.0)}, subject_type=selectors.INTERACTION, among=among, limit=2
        )
    assert {asked: [pk for pk, _ in rows] for asked, rows in found.items()} == {
        one: [near.pk, far.pk],
        other: [far.pk, near.pk],
    }
    assert found[one][0][1] == pytest.approx(1 - 1 / math.hypot(1.0, 0.1), abs=1e-5)
    few = selectors.nearest_each({one: unit(1.0)}, subject_type=selectors.INTERACTION, among=among, limit=1)
    assert len(few[one]) == 1
    assert selectors.nearest_each({}, subject_type=selectors.INTERACTION, among=among, limit=1) == {}


@pytest.mark.django_db(databases=["default", "keys"])
def test_vectors_that_are_there_are_not_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known, new = interaction(), interaction()
    keep(known, 1.0)
    asked: list[list[str]] = []

    def made(texts: list[str]) -> list[list[float]]:
        asked.append(texts)
        return [unit(0.0, 1.0) for _ in texts]

    monkeypatch.setattr(services, "embed", made)
    texts = {known.pk: "known", new.pk: "new"}
    for _ in range(2):
        vectors = services.vectors_of(subject_type=selectors.INTERACTION, texts=texts)
        assert set(vectors) == {known.pk, new.pk}
    assert asked == [["new"]]
