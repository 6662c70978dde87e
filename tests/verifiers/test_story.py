"""The story of an item: the program, verify.py and verify.html tell the same, in the same words."""

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from kt1custody.cli import incoming, outgoing
from kt1custody.core.custody import custody_story
from kt1custody.core.custody.custody_story import CustodyStory
from kt1custody.core.custody.offer import link_of
from kt1custody.core.formats.numbers import format_item_number
from kt1custody.core.log.entry import read_entry
from kt1custody.i18n import LANGUAGES, language
from kt1custody.printing.read import symbol_texts
from kt1custody.services.custody import look
from kt1custody.services.evidence.story_words import StoryWords
from kt1custody.store.log import LogBook
from scripts import verifier_words
from tests.kit import at_counter, cast, forge, nightly, paper_log, wild_acts
from tests.kit.at_counter import Handover
from tests.kit.browser import open_page
from tests.kit.html_page import Verifier, by_script
from tests.kit.make_bundle import fix_sums
from tests.kit.paper_log import Office, PaperLog, Signed
from tests.kit.phone import Fields, Phone, keys_of, receive

Rows = dict[str, list[str]]
LAST = 240  # minutes after the world's morning


@dataclass(frozen=True)
class Case:
    """A dossier, and the story as the program tells it from the whole log."""

    folder: Path
    story: CustodyStory


@dataclass(frozen=True)
class Shelf:
    """Dossiers of items with all that can happen to them, by what did."""

    genesis: str
    cases: dict[str, Case]

    def __getitem__(self, name: str) -> Case:
        return self.cases[name]


def fork(world: cast.World, phone: Phone, n: int) -> list[int]:
    """Let an item's holder hand it to two people."""
    [item] = [one for one in phone.held if one.n == n]
    acts = [phone.handover(item, to=to, witness=None) for to in (cast.COURIER_2, cast.DRIVER)]
    return [receive(world.session, phone.spell(act)).entry.seq for act in acts]


def double(world: cast.World, phone: Phone, n: int, *, keep_second: bool) -> None:
    """Let the holder use one counter twice; at last one of both acts holds, or nothing is ruled."""
    [item] = [one for one in phone.held if one.n == n]
    first = phone.handover(item, witness=None)
    line = {"n": n, "seal": item.seal, "cond": "intact", "prev": item.head}
    same: Fields = {"dev": first.dev, "dseq": first.dseq, "dprev": first.dprev}
    if keep_second:
        own: Fields = {"to": cast.DRIVER, "office": None, "witness": None}
        second = phone.act("handover", cast.COURIER, {**own, **same}, [line])
    else:
        second = phone.act("absent", cast.COURIER, {"reason": "nobody", **same}, [line])
    seqs = [receive(world.at(203), phone.spell(act)).entry.seq for act in (first, second)]
    if keep_second:
        told = f"#{seqs[1]}"
        at_counter.settle(world.at(204), str(n), told, "paper", cast.OFFICERS, confirm=cast.yes)


def contradict(world: cast.World, phone: Phone, n: int) -> None:
    """Let the holder hand the item on, and say alone that he has delivered it."""
    [item] = [one for one in phone.held if one.n == n]
    line = {"n": n, "seal": item.seal, "cond": "intact", "prev": item.head}
    own: Fields = {"commit": bytes(32), "remark": False}
    alone = phone.act("deliver", cast.COURIER, own, [line])
    for act in (alone, phone.handover(item)):
        receive(world.at(203), phone.spell(act))


def lose_a_step(world: cast.World, phone: Phone, n: int) -> None:
    """Bring what the second holder has signed, and not how the item came to him."""
    [item] = [one for one in phone.held if one.n == n]
    lost = phone.handover(item)
    line = {"n": n, "seal": item.seal, "cond": "broken", "prev": phone.step(lost)}
    own: Fields = {"to": cast.DRIVER, "office": None, "witness": None}
    receive(world.session, phone.spell(phone.act("handover", cast.COURIER_2, own, [line])))


def live_on(world: cast.World, numbers: list[int]) -> dict[str, int]:
    """Let everything happen that a story tells; gives the item to which it happened."""
    names = (
        "contested", "settled", "none", "offered", "lost", "resealed", "waiting take", "doubled",
        "doubled kept", "outweighed", "taken back", "taken all the same",
    )  # fmt: skip
    items = dict(zip(names, numbers, strict=False))
    phone = Phone(world)
    fork(world, phone, items["contested"])
    for name, keep in (("settled", 1), ("none", None)):
        branches = fork(world, phone, items[name])
        kept = "none" if keep is None else f"#{branches[keep]}"
        told = str(items[name])
        at_counter.settle(world.at(205), told, kept, "paper", cast.OFFICERS, confirm=cast.yes)
    double(world, phone, items["doubled"], keep_second=False)
    double(world, phone, items["doubled kept"], keep_second=True)
    contradict(world, phone, items["outweighed"])
    made = at_counter.offer(
        world.at(210), cast.COURIER, cast.COURIER_2, [str(items["offered"])], confirm=cast.yes
    )
    at_counter.correct(
        world.at(211), made.seq, "cond", "doubtful", "misread", cast.OFFICERS, confirm=cast.yes
    )
    lose_a_step(world, phone, items["lost"])
    take_first(world, phone, items["waiting take"])
    bare = str(items["resealed"])
    back = Handover(cast.COURIER, cast.CLERK_2, cast.CONTROLLER)
    at_counter.hand_over(world.at(220), back, [bare], confirm=cast.yes)
    at_counter.void(world.at(221), cast.CLERK, cast.CONTROLLER, bare, "torn", confirm=cast.yes)
    take_back(world, phone, items["taken back"])
    take_all_the_same(world, phone, items["taken all the same"])
    return items


def take_all_the_same(world: cast.World, phone: Phone, n: int) -> None:
    """Who has left withdraws what a colleague has offered; nobody heeds it."""
    back = Handover(cast.COURIER, cast.CLERK, cast.CONTROLLER)
    at_counter.hand_over(world.at(228), back, [str(n)], confirm=cast.yes)
    made = at_counter.offer(world.at(229), cast.CLERK, cast.COURIER_2, [str(n)], confirm=cast.yes)
    at_counter.revoke(world.at(230), cast.CLERK_2, "left", None, cast.OFFICERS)
    own: Fields = {"of": link_of(made.act, made.signatures)}
    void = receive(world.at(231), phone.spell(phone.act("withdraw", cast.CLERK_2, own))).entry
    assert "key-revoked" in {code for _, code in void.judgement}
    at_counter.take(
        world.at(232), cast.COURIER_2, cast.CONTROLLER, str(made.seq), [str(n)],
        confirm=cast.agree,
    )  # fmt: skip


def take_back(world: cast.World, phone: Phone, n: int) -> None:
    """A clerk withdraws what a colleague has offered; the driver's half comes too late."""
    back = Handover(cast.COURIER, cast.CLERK_2, cast.CONTROLLER)
    at_counter.hand_over(world.at(222), back, [str(n)], confirm=cast.yes)
    made = at_counter.offer(world.at(223), cast.CLERK_2, cast.DRIVER, [str(n)], confirm=cast.yes)
    at_counter.withdraw(world.at(224), cast.CLERK, str(made.seq))
    of = link_of(made.act, made.signatures)
    own: Fields = {"of": of, "short": [], "witness": cast.CONTROLLER, "at": cast.MORNING + 13_500}
    line = {"n": n, "seal": None, "cond": "intact"}
    late = receive(world.at(226), phone.spell(phone.act("take", cast.DRIVER, own, [line]))).entry
    assert "offer-withdrawn" in {code for _, code in late.judgement}
    out = Handover(cast.CLERK, cast.COURIER_2, cast.CONTROLLER)
    at_counter.hand_over(world.at(227), out, [str(n)], confirm=cast.yes)


def take_first(world: cast.World, phone: Phone, n: int) -> None:
    """Bring a receiver's half of a handover whose other half never comes."""
    own: Fields = {"of": bytes(32), "short": [], "witness": None}
    line = {"n": n, "seal": None, "cond": "intact"}
    receive(world.at(215), phone.spell(phone.act("take", cast.COURIER_2, own, [line])))


def more_items(world: cast.World) -> list[int]:
    """Have the courier hold five more."""
    manifest = cast.write_manifest(world.folder / "more.csv", 5, begin=18)
    made = at_counter.import_manifest(world.at(200), lambda: cast.CLERK, manifest).numbers
    given, pictures = [str(n) for n in made], world.folder / "more"
    pdf = world.folder / "more.pdf"
    at_counter.print_seals(world.session, cast.CLERK, given, pdf, pictures, confirm=cast.yes)
    scans = [text for path in pictures.iterdir() for text in symbol_texts(path.read_bytes())]
    at_counter.bind(world.session, cast.CLERK, cast.CONTROLLER, scans, confirm=cast.yes)
    out = Handover(cast.CLERK, cast.COURIER, cast.CONTROLLER)
    at_counter.hand_over(world.session, out, given, confirm=cast.yes)
    return list(made)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory, _lived: tuple[cast.World, cast.Day]) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    world = cast.copy_world(_lived[0], folder / "world")
    world.at(200).admit_all(keys_of(_lived[0]))
    numbers = [*_lived[1].numbers, *more_items(world)]
    names = ("delivered", "returned", "absent", "lent", "short")
    items = dict(zip(names, numbers, strict=False)) | live_on(world, numbers[5:])
    world.at(LAST)
    cases = {}
    for name, n in items.items():
        out = folder / name.replace(" ", "-")
        outgoing.dossier(world.session, str(n), out)
        story = look.story(world.session, str(n)).custody
        assert story is not None
        cases[name] = Case(out, story)
    with world.session.database.read() as connection:
        genesis = LogBook(connection).control.genesis.hex()
    world.session.close()
    return Shelf(genesis, cases)


CASES = (
    "delivered", "returned", "absent", "lent", "short", "contested", "settled", "none", "offered",
    "lost", "resealed", "waiting take", "doubled", "doubled kept", "outweighed", "taken back",
    "taken all the same",
)  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Iterator[Verifier]:
    """One page in a browser for the tests of this file."""
    verifier = Verifier((1280, 900))
    yield verifier
    verifier.close()


def plain(story: CustodyStory, as_of: int) -> dict[str, Any]:
    """What JSON makes of a story, told as of a dossier's checkpoint."""
    told: dict[str, Any] = json.loads(json.dumps(story.plain()))
    return {**told, "as_of": as_of}


@pytest.mark.parametrize("name", CASES)
def test_all_three_derive_the_same(shelf: Shelf, page: Verifier, name: str):
    """`told` compares all that the page says with all that the script says."""
    case = shelf[name]
    told = page.told(case.folder, shelf.genesis)["story"]
    assert told is not None
    offices = told.pop("offices")
    assert told == plain(case.story, told["as_of"])
    assert offices["680900"] == "Bưu cục Hệ 1 Lâm Đồng"
    report = incoming.audit_folder(case.folder, bytes.fromhex(shelf.genesis))
    assert report.story is not None
    assert plain(report.story, told["as_of"]) == told
    assert "reading-aid" in report.outside


WILD = """(async (raws, item) => {
  const [log, entries] = [new Log(new Report(), null, true), []]
  for (const [seq, raw] of raws.entries()) {
    const bytes = Uint8Array.from(raw.match(/../g), (two) => parseInt(two, 16))
    entries.push([seq, await log.take(seq, bytes, await leafHash(bytes))])
  }
  await log.asked.finish()
  return new Story(item, entries, log).tell()
})"""


def check_all_three(page: Verifier, paper: PaperLog, n: int) -> CustodyStory:
    """The program, the script and the page derive one story from a log's entries; gives it."""
    log = forge.verifier.Log(forge.verifier.Report(), None, some=True)
    entries = [(seq, log.take(seq, raw)[1]) for seq, raw in enumerate(paper.raws)]
    told = json.loads(json.dumps(forge.verifier._Story(n, entries, log).tell()))
    read = [read_entry(raw) for raw in paper.raws]
    story = custody_story.tell(n, read, paper.replay.control, told["as_of"])
    assert story is not None
    assert told == plain(story, told["as_of"])
    given = json.dumps([raw.hex() for raw in paper.raws])
    assert page.page.evaluate(f"{WILD}({given}, {n})") == told
    return story


@pytest.mark.parametrize("seed", range(200 if nightly.is_nightly() else 12))
def test_all_three_derive_the_same_from_wild_acts(office: Office, page: Verifier, seed: int):
    chance = Random(seed)
    acts = wild_acts.wild_acts(office, chance, elsewhere=False)
    for order in (acts, wild_acts.another_order(acts, chance)):
        paper = PaperLog(office, {"device-chain"})
        for act in order:
            paper.take(act)
        check_all_three(page, paper, wild_acts.N)


def test_a_second_act_that_is_disputed_in_its_line_alone_contests_the_first(
    office: Office, sealed: tuple[PaperLog, int, Signed], page: Verifier
):
    paper, n, last = sealed
    told = paper_log.line(n, paper_log.step_of(last))
    first = paper_log.handed(office, cast.CLERK, cast.COURIER, told)
    own: paper_log.Fields = {
        "to": cast.COURIER_2,
        "office": cast.OFFICE,  # where this courier takes nothing
        "witness": None,
        "dseq": first[0].dseq,
        "dprev": first[0].dprev,
    }
    again = office.signed("handover", cast.CLERK, own, [told])
    paper.take(first)
    assert {"counter-reused", "wrong-office"} <= paper.codes(again)
    story = check_all_three(page, paper, n)
    assert [step.effect for step in story.steps[-2:]] == ["contested", "disputed"]
    assert paper.state(n).contested


def test_a_step_under_a_counter_that_stands_twice_holds_only_if_officers_keep_it(shelf: Shelf):
    told, kept = shelf["doubled"].story, shelf["doubled kept"].story
    assert (told.holders[-1].holder, told.holders[-1].until is None) == (cast.COURIER, False)
    assert [one.effect for one in told.steps[-2:]] == ["contested", "disputed"]
    assert kept.holders[-1].holder == cast.DRIVER
    assert [one.effect for one in kept.steps[-3:]] == ["overruled", "counts", "counts"]


def test_a_withdrawal_by_somebody_who_has_left_ends_no_offer(shelf: Shelf):
    for name in ("taken back", "taken all the same"):
        assert [one.holder for one in shelf[name].story.holders][-1] == cast.COURIER_2
    [taken] = [one for one in shelf["taken all the same"].story.steps if one.act == "take"]
    assert taken.effect == "counts"


def rows_of(page: Verifier) -> Rows:
    """What a person reads of the story on the page."""
    found: Rows = page.page.evaluate(
        "Object.fromEntries(['p', 'li', 'td', 'h3'].map((one) => [one,"
        " [...document.querySelectorAll(`.story ${one}`)].map((cell) => cell.textContent)]))"
    )
    return found


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", ["settled", "resealed"])
def test_all_three_use_the_same_words(shelf: Shelf, page: Verifier, name: str, code: str):
    case = shelf[name]
    told = by_script([str(case.folder)])["story"]
    page.page.evaluate("document.getElementById('folder').value = ''")
    page.start(case.folder)
    if page.page.evaluate("document.documentElement.lang") != code:
        page.press("language")
    shown = rows_of(page)
    story = replace(case.story, as_of=told["as_of"])
    words = StoryWords(language(code), story, cast.ZONE, told["offices"])
    script = forge.verifier.Teller(told, LANGUAGES.index(code))
    mine = [("", words.facts), *words.parts()]
    assert script.parts() == mine
    lines = [line for _, part in mine[1:-1] for line in part]
    assert shown["li"] == lines
    assert shown["p"] == [f"⚠ {language(code).word('story', 'doubt-not-enough')}", *words.facts]
    assert shown["h3"] == [title for title, _ in mine[1:]]
    cells = [
        (one.when, one.act, one.signers, "; ".join([*one.details, *(f"⚠ {x}" for x in one.doubts)]) or "–", f"#{one.seq}")
        for one in words.steps
    ]  # fmt: skip
    assert shown["td"] == [cell for row in cells for cell in row]


WANTED = {
    "delivered": ["chấp nhận tại Bưu cục Hệ 1", "giao dịch viên NV001", "bưu tá NV011", "phát thành công", "chỉ người giao ký"],
    "absent": ["đã đính chính tại #", "lý do là cơ quan đóng cửa, bản gốc giữ nguyên"],
    "lent": ["lời mời bị rút", "người được mời ký nhận"],
    "short": ["người được mời ký là không thấy"],
    "contested": ["chưa rõ ai giữ", "chờ hai cán bộ an ninh phân xử", "trái với bước khác"],
    "settled": ["hai cán bộ an ninh phân xử (#", "lái xe NV014", "không đúng theo phân xử"],
    "none": ["không bước nào đúng"],
    "outweighed": ["không đúng: từ cùng chỗ đó", "bước có đủ hai chữ ký được giữ"],
    "offered": ["chưa có trả lời", "tình trạng bì là nghi ngờ"],
    "lost": ["chưa ai nhận trách nhiệm", "thiếu một bước giao nhận", "bì hư hại", "đang chờ bước trước"],
    "resealed": ["bì không có tem niêm phong (từ #", "huỷ 23/11/2026 10:41", ": rách"],
    "waiting take": ["chưa có lời mời của người giao"],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(WANTED))
def test_the_page_beside_the_checks_says_it_in_words(shelf: Shelf, name: str):
    text = text_of((shelf[name].folder / "story.html").read_text("utf-8"))
    assert [words for words in WANTED[name] if words not in text] == []
    assert not re.search("Nguyễn|K’Brỗi", text)  # nobody's name


def text_of(page: str) -> str:
    return re.sub("<[^>]*>", " ", page)


def test_the_page_proves_nothing_and_says_so(shelf: Shelf):
    folder = shelf["settled"].folder
    page = (folder / "story.html").read_text("utf-8")
    assert not re.search("<script|<a |<img|src=|href=|url\\(|javascript", page)
    assert not re.search("KHỚP|✓|✔|green|#0[0-9a-f]5", page)
    assert "không chứng minh điều gì" in page
    lines = (folder / "SHA256SUMS").read_text("utf-8").splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    for name in ("verify.html", "verify.py"):
        assert f"<dt>{name}</dt><dd>{sums[name]}</dd>" in page
    assert "story.html" in sums
    # What auditors type comes from elsewhere.
    assert shelf.genesis not in page
    assert not re.search("[0-9]{6}( [0-9]{6}){6}", page)
    policy = re.search('content="(default-src[^"]*)"', page)
    assert policy
    assert re.fullmatch(
        "default-src 'none'; style-src 'sha256-[^']*'; base-uri 'none'; form-action 'none'",
        policy[1],
    )


def test_a_page_that_was_forged_changes_no_verdict_and_no_story(shelf: Shelf, tmp_path: Path):
    folder = tmp_path / "dossier"
    shutil.copytree(shelf["settled"].folder, folder)
    honest = by_script([str(folder), "--genesis", shelf.genesis])
    (folder / "story.html").write_text("<p>KHỚP: NV099</p>", "utf-8")
    assert by_script([str(folder)])["verdict"] == "wrong"  # its sum is another
    fix_sums(folder)
    forged = by_script([str(folder), "--genesis", shelf.genesis])
    assert forged == honest
    assert any(one.startswith("reading-aid") for one in forged["outside"])


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_opens_from_a_file_without_complaint(shelf: Shelf, width: int):
    with open_page(shelf["lent"].folder / "story.html", (width, 900)) as shown:
        assert shown.complaints == []
        assert len(shown.requests) == 1
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert (
            shown.evaluate("getComputedStyle(document.querySelector('.lead')).borderTopStyle")
            == "dashed"
        )


def test_the_script_tells_the_story_before_the_verdict(
    shelf: Shelf, capsys: pytest.CaptureFixture[str]
):
    folder = str(shelf["lost"].folder)
    item = format_item_number(int(shelf["lost"].story.item))
    for words, title in (
        ([], f"Diễn biến của bưu gửi {item}"),
        (["--story", "en"], f"Story of the item {item}"),
    ):
        forge.verifier.main([folder, *words])
        lines = capsys.readouterr().out.splitlines()
        assert title in lines
        assert lines[-1].startswith("KHÔNG ĐỦ")
    forge.verifier.main([folder, "--story", "none"])
    assert item not in capsys.readouterr().out
    assert forge.verifier.main([folder, "--story", "fr"]) == 2


def test_an_entry_that_was_edited_is_told_as_wrong(shelf: Shelf, page: Verifier, tmp_path: Path):
    folder = tmp_path / "dossier"
    shutil.copytree(shelf["delivered"].folder, folder)
    path = folder / "entries" / "21.entry"
    path.write_bytes(path.read_bytes().replace(b"NV011", b"NV012"))
    fix_sums(folder)
    assert page.told(folder, shelf.genesis)["verdict"] == "wrong"
    page.page.evaluate("document.getElementById('folder').value = ''")
    page.start(folder)
    assert "SAI" in rows_of(page)["p"][0] or "WRONG" in rows_of(page)["p"][0]


def test_without_its_registration_nothing_is_told(shelf: Shelf, page: Verifier, tmp_path: Path):
    folder = tmp_path / "dossier"
    shutil.copytree(shelf["delivered"].folder, folder)
    for one in (folder / "entries").glob("18.*"):
        one.unlink()
    fix_sums(folder)
    assert page.told(folder, shelf.genesis)["story"] is None


def test_the_words_are_those_of_the_catalogues():
    """Else run scripts/verifier_words.py."""
    for name, quote in (("verify.py", '"""'), ("verify.html", "`")):
        text = (verifier_words.VERIFIERS / name).read_text("utf-8")
        assert verifier_words.put_words(text, quote) == text, name
