"""`kt1 witness ask` and its like, as the log's people type them."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kt1custody import i18n
from kt1custody.cli.main import kt1
from kt1custody.core.log import checkpoint
from kt1custody.services.witness import cosign, coverage
from kt1custody.witnessing import cases
from tests.kit import at_counter, cast
from tests.kit.cast import write_pins
from tests.kit.package import catalogue
from tests.kit.witness_process import begin_process
from tests.kit.words import speak_english

Run = Callable[..., Result]


OFFICERS = ("--officer", *cast.OFFICERS)


@pytest.fixture
def run(founded: cast.World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    speak_english(monkeypatch)
    pins = write_pins(tmp_path / "pins.txt")
    places = ["--data", str(founded.folder / "data"), "--keys", str(founded.folder / "keys")]

    def call(*words: object, at: str | None = "07:10", code: int = 0) -> Result:
        given = ["witness", *map(str, words)]
        if at is not None:
            given += [*places, "--pin-file", str(pins), "--as-of", f"23/11/2026 {at}"]
        done = CliRunner().invoke(kt1, given, prog_name="kt1")
        assert done.exit_code == code, done.output
        return done

    return call


@pytest.fixture
def made(run: Run, tmp_path: Path) -> dict[str, str]:
    """Three witnesses that trust the log, by folder; gives their keys."""
    key = json.loads(run("list", "--json").output)["log_key"]
    keys = {}
    for name in ("a", "b", "c"):
        told = run("begin", "--dir", tmp_path / name, "--name", f"{name}.vn/kt1", "--json", at=None)
        keys[name] = json.loads(told.output)["key"]
        assert keys[name] in run("trust", key, "--dir", tmp_path / name, at=None).output
    return keys


def by_stick(run: Run, tmp_path: Path, name: str, *more: object, code: int = 0) -> Result:
    file = tmp_path / f"stick-{time.monotonic_ns()}"
    run("request", file, "--name", f"{name}.vn/kt1")
    done = run("answer", file, "--dir", tmp_path / name, at=None)
    assert "cosigned" in done.output
    return run("add", f"{file}.answer", *more, code=code)


def test_witnesses_by_stick_end_to_end(run: Run, made: dict[str, str], tmp_path: Path):
    assert "No witness is in force" in run("list").output
    for name, key in made.items():
        assert "not cosigned" not in by_stick(run, tmp_path, name, "--key", key).output
    enrolled = run("enrol", *made.values(), "--least", 2, *OFFICERS)
    assert "2 of 3" in enrolled.output
    assert "Not witnessed: 19 entries" in run("list").output
    by_stick(run, tmp_path, "a")
    assert "Not witnessed: 19 entries" in run("list").output
    by_stick(run, tmp_path, "b")
    told = run("list").output
    assert "Witnessed: the first 19 entries" in told
    assert "Every entry is witnessed." in told
    assert "c.vn/kt1 (by stick): 18 entries" in told
    standing = json.loads(run("list", "--json").output)
    assert (standing["covered"], standing["uncovered"], standing["least"]) == (19, 0, 2)
    assert [one["size"] for one in standing["witnesses"]] == [19, 19, 18]
    assert {one["key"] for one in standing["witnesses"]} == set(made.values())


def test_answers_that_do_not_help(run: Run, made: dict[str, str], tmp_path: Path):
    file = tmp_path / "request"
    run("request", file)
    run("answer", file, "--dir", tmp_path / "a", at=None)
    assert "not enrolled yet" in run("add", f"{file}.answer", code=3).output
    assert "exists" in run("answer", file, "--dir", tmp_path / "a", at=None, code=3).output
    assert "cosigned" in run("add", f"{file}.answer", "--key", made["a"]).output
    assert "wrong answer" in run("add", f"{file}.answer", "--key", made["b"], code=3).output
    lost = tmp_path / "lost"
    run("request", lost)
    told = run("answer", lost, "--dir", tmp_path / "a", at=None).output
    assert "stands at 18 entries" in told
    told = run("add", f"{lost}.answer", "--key", made["a"], code=3).output
    assert "stands at 18 entries" in told
    assert "--old" in told
    nobodys = tmp_path / "nobodys"
    (tmp_path / "b" / "logs.txt").unlink()
    run("request", nobodys)
    assert "unknown" in run("answer", nobodys, "--dir", tmp_path / "b", at=None).output
    assert "does not know this log" in run("add", f"{nobodys}.answer", code=3).output


def test_what_is_typed_wrongly(run: Run, made: dict[str, str], tmp_path: Path):
    key = made["a"]
    run("ask", "--key", key, code=3)
    run("ask", "--url", "http://a", code=3)
    assert "address" in run("ask", "--key", key, "--url", "a.vn", code=3).output
    run("ask", "--key", key[:-2], "--url", "http://a", code=2)
    assert "No witness has an address" in run("ask", code=3).output
    run("enrol", key, "--least", 2, *OFFICERS, code=3)
    assert "has not cosigned" in run("enrol", key, "--least", 1, *OFFICERS, code=3).output
    run("enrol", "--least", 1, *OFFICERS, code=2)
    run("trust", key, "--dir", tmp_path / "a", at=None, code=3)
    run("trust", "key", "--dir", tmp_path / "a", at=None, code=2)
    run("begin", "--dir", tmp_path / "a", "--name", "a.vn/kt1", at=None, code=3)
    run("begin", "--dir", tmp_path / "d", "--name", "Ă", at=None, code=3)
    for listen in ("", "8080", "localhost:", "localhost:x", "localhost:99999", ":٣"):
        run("serve", "--dir", tmp_path / "a", "--listen", listen, at=None, code=2)
    told = run("serve", "--dir", tmp_path / "a", "--listen", "192.0.2.1:80", at=None, code=5)
    assert "Cannot listen" in told.output
    run("serve", "--dir", tmp_path / "nowhere", "--listen", "127.0.0.1:0", at=None, code=5)
    run("answer", tmp_path / "x", "--dir", tmp_path / "a", "--as-of", "23/11/2026 07:00", at=None,
        code=3)  # fmt: skip
    run("add", tmp_path / "x", code=5)
    run("request", tmp_path / "r", "--old", 99, code=3)


@pytest.mark.slow
def test_witnesses_over_the_network_end_to_end(
    run: Run, made: dict[str, str], founded: cast.World, tmp_path: Path
):
    processes = {
        name: begin_process("serve", "--dir", tmp_path / name, "--listen", "127.0.0.1:0", "--json")
        for name in made
    }
    urls = {name: f"http://{one.told['listening']}" for name, one in processes.items()}
    try:
        for name, key in made.items():
            told = run("ask", "--key", key, "--url", urls[name]).output
            assert f"{name}.vn/kt1: has cosigned 18 entries" in told
        options = [x for name, url in urls.items() for x in ("--url", f"{name}.vn/kt1={url}")]
        run("enrol", *made.values(), "--least", 2, *options, *OFFICERS)
        processes["b"].popen.kill()
        told = run("ask", code=5).output
        assert "b.vn/kt1: no answer: not reached" in told
        assert "Every entry is witnessed." in run("list").output
        outcomes = json.loads(run("ask", "--json", code=5).output)["outcomes"]
        assert [one["outcome"] for one in outcomes] == ["before", "no-answer", "before"]
        # The log is rolled back behind what they have cosigned.
        founded.session.close()
        shutil.copytree(founded.folder / "data", tmp_path / "old-data")
        shutil.copytree(founded.folder / "keys", tmp_path / "old-keys")

        at_counter.hold(founded.at(20), cast.CLERK, cast.COURIER, "other")
        founded.session.close()
        run("ask", code=5, at="07:21")
        for name in ("data", "keys"):
            shutil.rmtree(founded.folder / name)
            shutil.copytree(tmp_path / f"old-{name}", founded.folder / name)
        told = run("ask", code=4).output
        assert "ALARM" in told
        assert "rolled back or forked" in told
        outcomes = json.loads(run("ask", "--json", code=4).output)["outcomes"]
        assert [one["outcome"] for one in outcomes] == ["ahead", "no-answer", "ahead"]
        kept = Path(outcomes[0]["kept"])
        assert checkpoint.read(kept.read_bytes()).checkpoint.size == 20
        common = ["--data", founded.folder / "data", "--keys", founded.folder / "keys",
                  "--as-of", "23/11/2026 07:10"]  # fmt: skip
        asking = begin_process("ask", "--every", 60, *common, json_first=False)
        _, err = asking.popen.communicate(timeout=20)  # it does not go on
        assert asking.popen.returncode == 4
        assert "ALARM" in err
    finally:
        for one in processes.values():
            one.popen.kill()
            one.popen.communicate()


def wait_until(true: Callable[[], bool], seconds: float = 15) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "in vain"
        time.sleep(0.1)


@pytest.mark.slow
def test_asking_on_and_on(run: Run, made: dict[str, str], founded: cast.World, tmp_path: Path):
    process = begin_process("serve", "--dir", tmp_path / "a", "--listen", "127.0.0.1:0", "--json")
    url = f"http://{process.told['listening']}"
    pins = write_pins(tmp_path / "pins.txt")
    common = ["--data", founded.folder / "data", "--keys", founded.folder / "keys",
              "--pin-file", pins, "--as-of", "23/11/2026 07:30"]  # fmt: skip
    run("ask", "--key", made["a"], "--url", url)
    run("enrol", made["a"], "--least", 1, "--url", f"a.vn/kt1={url}", *OFFICERS)
    asking = begin_process("ask", "--every", 1, *common, json_first=False)
    try:
        for minute, who in ((11, cast.COURIER), (12, cast.COURIER_2)):
            at_counter.hold(founded.at(minute), cast.CLERK, who, "other")  # the counter goes on
            wait_until(lambda: coverage.standing(founded.session).uncovered == 0)
        begin = time.monotonic()
        code, out, err = asking.stop()
        assert time.monotonic() - begin < 5
        assert (code, err) == (0, "")
        assert len(out.splitlines()) >= 2
        assert "Traceback" not in out + err
    finally:
        asking.popen.kill()
        process.popen.kill()
        asking.popen.communicate()
        process.popen.communicate()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_outcome_has_its_word(language: str):
    known = catalogue(language)
    words = {f"cosign.{code}" for code in cosign.CODES}
    words |= {f"answered.{status}" for status in (200, 400, 403, 404, 409, 422)}
    words |= {f"case.{case}" for case in (cases.FORK, cases.PROOF)}
    words |= {
        f"why.{why}" for why in ("url", "silent", "slow", "tls", "long", "garbled", "cosignature")
    }
    assert words - known.keys() == set()
