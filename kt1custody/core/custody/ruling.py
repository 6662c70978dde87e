"""Rulings: corrections of what an act says, and settlements of a fork in an item's custody.

**Rule:** the original always stays and is always shown. A correction never touches holder,
signers, times, keys or policy, nor mark and destination, which decide custody; a wrong handover is
put right by a handover back. A fork is settled by two officers. Format: `.docs/formats.md` §3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kt1custody.core.custody.table import ItemState, Step
from kt1custody.core.log.act import Act, Line
from kt1custody.core.log.schema import is_correctable


@dataclass(frozen=True, slots=True)
class Ruling:
    """One line of a `correct` or `settle` in the log."""

    seq: int
    act: Act
    line: Line


def correction_faults(act: Act, target: Act, n: int) -> set[str]:
    """Say why a correction of an act does not hold for one item; empty if it holds."""
    faults = set()
    if not act.fields["officers"] and act.persons != target.persons:
        faults.add("not-the-signer")
    field = act.text("field")
    fits = is_correctable(target.type, field, act.fields["value"])
    fits = fits and any(line.n == n for line in target.lines)
    # Each slip is about one item; what was received with one signature may be about many.
    shared = field == "commit" and target.type == "register" and len(act.lines) > 1
    return faults if fits and not shared else {*faults, "not-correctable"}


def put_right(state: ItemState, register: Act, rulings: Sequence[Ruling]) -> ItemState:
    """Show in a state what was corrected in the item's registration; the last word counts."""
    for ruling in sorted(rulings, key=lambda one: one.seq):
        act = ruling.act
        if act.type != "correct" or act.octets("of") != register.hash:
            continue
        if not correction_faults(act, register, state.n):
            state = replace(state, **{act.text("field"): act.fields["value"]})  # type: ignore[arg-type]  # as the form says
    return state


def settled(
    head: bytes, branches: Sequence[Step], rulings: Sequence[Ruling]
) -> tuple[Step | None, list[Step]]:
    """Say what the last ruling about a fork keeps and what it drops.

    Args:
        head: Step hash of the fork.
        branches: Steps that fit there.

    Returns:
        The step that holds, or None; and those that do not. Nothing of both if nothing was ruled.
    """
    there = {None, *(step.hash for step in branches)}
    about = [
        ruling
        for ruling in rulings
        if ruling.act.type == "settle"
        and ruling.line.fields["prev"] == head
        and ruling.line.fields["keep"] in there
    ]
    if not about:
        return None, []
    last = max(about, key=lambda one: one.seq)
    keep = last.line.fields["keep"]
    if keep is None:  # none of those that were there; a later step is new
        return None, [step for step in branches if step.seq < last.seq]
    kept = next((step for step in branches if step.hash == keep), None)
    return kept, [] if kept is None else [step for step in branches if step is not kept]
