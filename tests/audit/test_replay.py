"""Custody replayed from entries: what a book answers, and what is entry_of_act on the way."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from kt1custody.audit.findings import Report
from kt1custody.audit.replay import Replay
from kt1custody.core.log.entry import Entry, read_entry
from tests.kit import cast, paper_log
from tests.kit.paper_log import Office, PaperLog, Signed, line, step_of

Sealed = tuple[PaperLog, int, Signed]


def replayed(
    raws: Sequence[bytes],
    office: Office,
    change: Callable[[Entry], Entry] = lambda entry: entry,
    catalogue: Callable[[bytes], bytes | None] | None = None,
) -> tuple[Replay, Report]:
    report = Report()
    replay = Replay(raws.__getitem__, catalogue or office.catalogues.get, report)
    for raw in raws:
        entry = change(read_entry(raw))
        replay.take(entry.seq, entry)
    return replay, report


def test_a_replay_answers_what_the_log_says(office: Office, sealed: Sealed):
    paper, n, last = sealed
    replay, report = replayed(paper.raws, office)
    assert (report.findings, report.not_checked) == ([], [])
    entry = read_entry(paper.raws[-1])
    assert replay.head == (entry.seq, entry.leaf, entry.accepted_at)
    assert replay.size == len(paper.raws)
    assert (replay.moment(entry.seq), replay.moment(entry.seq + 1)) == (replay.head[1:], None)
    assert replay.item(n) == paper.state(n)
    assert replay.past(n) == [(entry.seq - 2, 0), (entry.seq, 0)]
    assert (replay.printed(70_000), replay.printed(70_001)) == (n, None)
    act, _ = last
    entry_of_act = replay.find(act.hash)
    assert entry_of_act is not None
    assert entry_of_act.seq == entry.seq
    assert replay.find(bytes(32)) is None
    assert replay.counted(act.dev, act.dseq) == [entry.seq]
    assert replay.twins(act) == []  # itself is none


def test_twins_are_those_of_the_id_and_those_of_the_counter(office: Office, sealed: Sealed):
    paper, _, (last, _) = sealed
    own: paper_log.Fields = {"who": cast.DRIVER, "reason": "other"}
    same_id, _ = office.signed("hold", cast.CLERK, {**own, "id": last.id})
    same_counter, _ = office.signed("hold", cast.CLERK, own, dseq=last.dseq, dprev=last.dprev)
    seq = len(paper.raws) - 1
    assert paper.replay.twins(same_id) == paper.replay.twins(same_counter) == [seq]
    assert paper.replay.counted(last.dev, last.dseq) == [seq]


def test_a_judgement_that_does_not_follow_is_named_and_the_right_one_counts(
    office: Office, sealed: Sealed
):
    paper, n, last = sealed
    paper.take(paper_log.handed(office, cast.COURIER, cast.DRIVER, line(n, step_of(last))))
    seq = len(paper.raws) - 1
    assert read_entry(paper.raws[seq]).judgement

    def cleared(entry: Entry) -> Entry:
        return replace(entry, judgement=()) if entry.seq == seq else entry

    replay, report = replayed(paper.raws, office, cleared)
    assert [(finding.kind, finding.seq) for finding in report.findings] == [("judgement", seq)]
    assert replay.item(n) == paper.state(n)


def test_an_act_that_its_persons_have_not_signed_counts_for_nothing(office: Office, sealed: Sealed):
    paper, n, _ = sealed
    seq = len(paper.raws) - 1

    def unsigned(entry: Entry) -> Entry:
        return replace(entry, signatures=()) if entry.seq == seq else entry

    replay, report = replayed(paper.raws, office, unsigned)
    assert [(finding.kind, finding.seq) for finding in report.findings] == [("not-authentic", seq)]
    state = replay.item(n)
    assert state is not None
    assert state.seal is None
    assert replay.past(n) == [(seq - 2, 0)]


def test_without_a_genesis_nothing_is_replayed(office: Office):
    raws = office.raws[1:]
    report = Report()
    replay = Replay(raws.__getitem__, office.catalogues.get, report)
    for seq, raw in enumerate(raws):
        assert replay.take(seq, read_entry(raw)) == ()
    assert replay.broken
    assert [(finding.kind, finding.seq) for finding in report.findings] == [("genesis", 0)]
    assert replay.size == len(raws)


def test_an_entry_that_cannot_be_read_keeps_its_place(office: Office, sealed: Sealed):
    paper, _, _ = sealed
    replay, _ = replayed(paper.raws[:-2], office)
    seq, last = replay.size, read_entry(paper.raws[-1])
    replay.skip(read_entry(paper.raws[-2]).leaf)
    assert replay.size == seq + 1
    replay.take(last.seq, last)
    assert replay.epochs[-1].growth.peaks == paper.replay.epochs[-1].growth.peaks


def test_a_list_that_is_not_here_is_said(office: Office):
    replay, report = replayed(office.raws, office, catalogue=lambda _: None)
    assert report.findings == []
    assert report.not_checked == [
        f"catalogue-not-given: {digest.hex()}.cbor" for digest in replay.offices
    ]


def test_acts_of_our_devices_that_have_not_come_are_said_and_those_of_made_up_ones_not(
    office: Office,
):
    paper = PaperLog(office, {"device-chain"})
    own: paper_log.Fields = {"who": cast.DRIVER, "reason": "other"}
    office.signed("hold", cast.CLERK, own)  # stays away
    paper.take(office.signed("hold", cast.CLERK, own))
    office.signed("hold", cast.CLERK, own, device="PHONE9")
    paper.take(office.signed("hold", cast.CLERK, own, device="PHONE9"))
    paper.replay.tell_gaps()
    missing = read_entry(paper.raws[-2]).act.dseq - 1
    assert paper.report.not_checked == [f"device-gap: QUAY01 {missing}"]
