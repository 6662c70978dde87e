"""What is typed before its question appears: shown if it may be seen, a PIN never."""

import signal
from pathlib import Path

import pytest

from kt1custody.signing import person_keys
from tests.kit import cast
from tests.kit.at_counter import found
from tests.kit.terminal import CTRL_C, Terminal

FIRST, SECOND = cast.OFFICERS
VIETNAMESE = {"KT1_LANGUAGE": "vi"}


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> cast.World:
    """A log whose officers' key files take a while to open."""
    world = cast.World(tmp_path_factory.mktemp("slow"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            person_keys, "TRAINING", person_keys.Cost(memory_kib=131_072, passes=6, lanes=1)
        )
        found(world.session, cast.FOUNDING)
    world.session.close()
    return world


def start(world: cast.World) -> Terminal:
    told = ["--data", str(world.folder / "data"), "--keys", str(world.folder / "keys")]
    offices = (cast.DATA / "offices.csv").read_text("utf-8")
    count = len([*world.folder.glob("offices*.csv")])  # a list in force is not signed again
    path = world.folder / f"offices{count}.csv"
    path.write_text(offices.replace("Hệ 1 Lâm Đồng", f"Hệ 1 Lâm Đồng {count}"), "utf-8")
    words = ["catalogue", "offices", str(path), "--officer", FIRST, SECOND]
    at = ["--as-of", "23/11/2026 07:05", "--yes"]
    return Terminal(*told, *at, *words, environment=VIETNAMESE)


def test_a_passphrase_that_is_typed_too_early_is_never_shown(slow: cast.World):
    with start(slow) as terminal:
        terminal.until_muted()
        terminal.enter(cast.PINS[FIRST])  # while the program still reads the log
        terminal.answer_hidden(f"Mã PIN của {FIRST}", cast.PINS[FIRST])
        terminal.until("\n")
        terminal.enter(cast.PINS[SECOND])  # while the first is being tried
        terminal.answer_hidden(f"Mã PIN của {SECOND}", cast.PINS[SECOND])
        terminal.type(cast.PINS[SECOND])  # and once more, for the shell
        assert terminal.end() == 0
        assert not [pin for pin in cast.PINS.values() if pin in terminal.screen]
        assert terminal.shows_at_end


@pytest.mark.parametrize(
    ("how", "is_typed"), [(CTRL_C, False), (CTRL_C, True), (signal.SIGTERM, True)]
)
def test_the_terminal_is_put_back_however_it_ends(slow: cast.World, how: object, is_typed: bool):
    with start(slow) as terminal:
        terminal.until(f"Mã PIN của {FIRST}")
        terminal.until(": ")
        if is_typed:
            terminal.enter(cast.PINS[FIRST])
        if isinstance(how, signal.Signals):
            terminal.kill(how)
        else:
            terminal.interrupt()
        assert terminal.end() != 0
        assert terminal.shows_at_end


def test_what_may_be_seen_is_shown(slow: cast.World, tmp_path: Path):
    empty = ["--data", str(tmp_path / "data"), "--keys", str(tmp_path / "keys"), "init"]
    with Terminal(*empty, environment=VIETNAMESE) as terminal:
        terminal.until(": ")
        terminal.enter("kt1.lamdong.vn/68")
        terminal.until("kt1.lamdong.vn/68")
        terminal.interrupt()
        assert terminal.end() != 0
        assert terminal.shows_at_end
