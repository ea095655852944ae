"""What is kept for figures: counts, and whose they are."""

from crmllm.core.datamap import BASE, Category, declare

declare("figures.CountedDay", plain=f"{BASE} day starts ends counted_at")
declare("figures.CameCount", plain=f"{BASE} day object audience came")
declare(
    "figures.PaceCount",
    plain=f"{BASE} day object audience approved edited rejected skipped taken_back due in_time hours times reasons",
    actor=Category.STAFF,
)
declare(
    "figures.FieldCount",
    plain=f"{BASE} day field audience kept edited rejected automatic automatic_undone",
    actor=Category.STAFF,
)
declare("figures.Touched", plain="id at marked_at")
