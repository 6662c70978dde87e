"""The minutes of a key ceremony: both fingerprints, and room for two signatures."""

from pathlib import Path

from kt1custody.core.log import anchor
from kt1custody.services.keys import ceremony, minutes
from kt1custody.services.session import checkpoint as checkpoints
from tests.kit import at_counter, cast, paper


def test_the_minutes_show_both_fingerprints_and_room_for_two_signatures(
    world: cast.World, tmp_path: Path
):
    done = at_counter.rotate_service_key(world.at(205), "seal", cast.OFFICERS, confirm=cast.yes)
    (tmp_path / "minutes.pdf").write_bytes(minutes.pdf(world.session, done))
    words, symbols = paper.read_pdf(tmp_path / "minutes.pdf")
    signed = checkpoints.sign(world.session)  # of the same log, hence the same
    assert symbols == [signed.note.decode()]
    assert anchor.code(signed.checkpoint) in words
    for told in (done.plan.old, done.plan.new):
        assert ceremony.fingerprint(told) in words
    for officer in cast.OFFICERS:
        assert officer in words
    assert words.count("Họ tên và chữ ký") == 2
    assert "BIÊN BẢN THAY KHOÁ" in words
    assert f"#{done.seq}" in words
    assert "khoá cũ đã ký" in words
    assert b"PDF-1." in (tmp_path / "minutes.pdf").read_bytes()[:20]
