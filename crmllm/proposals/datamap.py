"""What proposals and decisions hold about people: the values read, proposed and approved, and the words behind them."""

from crmllm.core.datamap import BASE, Category, declare

declare(
    "proposals.Proposal",
    plain=f"{BASE} interaction extraction object action target_id written state position match note owner team "
    "claimed_by claimed_until decided_at least_confidence pattern needs",
    name=Category.NAME,
    identity=Category.CONTACT,
)
declare(
    "proposals.ProposedChange",
    plain=f"{BASE} proposal field position confidence raw_confidence signs calibration inferred source origin checks",
    old=Category.CONTENT,
    read=Category.CONTENT,
    proposed=Category.CONTENT,
)
declare("proposals.Evidence", plain=f"{BASE} change start end", quote=Category.CONTENT)
declare(
    "proposals.Decision",
    plain=f"{BASE} proposal verdict actor milliseconds",
    reason=Category.CONTENT,
    edits=Category.CONTENT,
    values=Category.CONTENT,
)
declare(
    "proposals.Outcome",
    plain=f"{BASE} decision change field source raw_confidence confidence signs calibration judged automatic undone",
)
