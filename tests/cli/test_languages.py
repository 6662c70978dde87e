"""The program as it speaks: in a language of no words of its own, and in its two languages."""

import csv
import json
import os
import re
import string
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from kt1custody import i18n
from kt1custody.cli.main import kt1
from kt1custody.core.manifest import layout, manifest, row
from tests.kit import cast
from tests.kit.cast import write_pins
from tests.kit.package import ROOT, commands
from tests.kit.words import CODE, LETTER, TYPED, messages, texts

# A catalogue in which every word is Cyrillic: a Latin letter is data, or it bypassed it.

_DRIVER = """
import json, sys
from pathlib import Path
from kt1custody import i18n
if len(sys.argv) > 1:
    i18n.FOLDER = Path(sys.argv[1])
from click import testing
from kt1custody.cli.main import kt1
told = []
for call in json.load(sys.stdin):
    testing._NamedTextIOWrapper.isatty = lambda self, typing=call["typed"] is not None: typing
    done = testing.CliRunner().invoke(kt1, call["words"], input=call["typed"], prog_name="kt1")
    told.append([done.exit_code, done.output, repr(done.exception)])
assert not [name for name in sys.modules if name.split(".")[0] == "babel"]
json.dump(told, sys.stdout)
"""


def foreign(text: str) -> str:
    """Write every letter outside of the places in braces as a Cyrillic one."""
    told = ""
    for part, name, spec, conversion in string.Formatter().parse(text):
        told += "".join(chr(0x430 + ord(one) % 32) if one.isalpha() else one for one in part)
        if name is not None:
            told += (
                f"{{{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}"
            )
    return told


@pytest.fixture(scope="session")
def foreign_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    catalogue = Catalog("en")
    for name, one in messages("vi").items():
        spoken = texts(one.string)[0] if CODE.fullmatch(name) else name
        if isinstance(one.id, (tuple, list)):
            catalogue.add(tuple(one.id), tuple(map(foreign, one.id)))
        elif "%(" not in name:
            catalogue.add(name, foreign(spoken))
    path = folder / "vi" / "LC_MESSAGES" / "kt1.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    return folder


def play(
    calls: Sequence[tuple[list[str], str | None]], *folder: Path, language: str = "vi"
) -> list[tuple[int, str]]:
    """Give commands in a fresh process; each with what is typed when it asks."""
    told = json.dumps([{"words": words, "typed": typed} for words, typed in calls])
    done = subprocess.run(
        [sys.executable, "-c", _DRIVER, *map(str, folder)],
        input=told.encode(), cwd=ROOT, capture_output=True, check=False,
        env={**os.environ, "KT1_LANGUAGE": language, "LANG": "de_DE.UTF-8"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return [(code, output) for code, output, _ in json.loads(done.stdout)]


def typed_words() -> set[str]:
    """What is typed as it is: names of commands and options, codes of choices."""
    known = {"kt1", "x", "-h", "--help", *TYPED}
    for name, command in commands(kt1):
        known.add(name.split()[-1])
        for param in command.params:
            known |= {*param.opts, *param.secondary_opts}
            if isinstance(param.type, click.Choice):
                known |= {str(one) for one in param.type.choices}
    return known


def left_over(output: str, data: set[str]) -> list[str]:
    """Give the Latin words of an output that are not data."""
    known = sorted(typed_words() | data, key=len, reverse=True)
    pattern = "|".join(rf"(?<![\w-]){re.escape(one)}(?![\w-])" for one in known)
    rest = re.sub(pattern, " ", output)
    return [one for one in re.findall(r"[^\W\d_]\S*", rest) if not is_foreign(one[0])]


def is_foreign(letter: str) -> bool:
    return "а" <= letter.lower() <= "я"


def test_help_of_every_command_speaks_only_from_the_catalogue(foreign_folder: Path):
    names = [name for name, _ in commands(kt1)]
    told = play([([*name.split()[1:], "--help"], None) for name in names], foreign_folder)
    for name, (code, output) in zip(names, told, strict=True):
        assert code == 0
        assert is_foreign(output[0])
        assert left_over(output, set()) == [], name


def cells() -> set[str]:
    """What the sample lists and manifests hold: names of offices, agencies and people."""
    found = set()
    faulty = cast.MANIFEST.with_name("faulty.csv")
    for path in (*cast.DATA.glob("*.csv"), cast.MANIFEST, faulty):
        with path.open(encoding="utf-8-sig", newline="") as file:
            found |= {cell.strip() for row in csv.reader(file) for cell in row}
    return {one for one in found if LETTER.search(one)}


@pytest.mark.slow
def test_answers_questions_and_errors_speak_only_from_the_catalogue(
    foreign_folder: Path, lived: cast.World, day: cast.Day, tmp_path: Path
):
    pins = write_pins(tmp_path / "pins.txt")
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("NV011=000000\n", "utf-8")
    one, two = str(day.numbers[0]), str(day.numbers[5])
    faulty = str(cast.DATA / "manifests" / "faulty.csv")
    good = str(cast.write_manifest(tmp_path / "more.csv", 3, begin=20))
    agencies = (cast.DATA / "agencies.csv").read_text("utf-8-sig").splitlines()[1:3]
    sender, recipient = (line.split(",")[0] for line in agencies)
    officers = ["--officer", *cast.OFFICERS]
    giving = ["handover", "--giver", "NV011", "--receiver"]
    adding = ["item", "add", "--by", "NV001", "--sender", sender, "--recipient", recipient]
    no_such = str(tmp_path / "no" / "such")
    calls: list[tuple[list[str], str | None, int]] = [
        (["item", "list"], None, 0),
        (["item", "show", one, "--reader", "NV001"], None, 0),
        (["item", "show", two], None, 0),
        (["holder", "NV011"], None, 0),
        (["verify"], None, 3),
        (["verify", "--anchor", "000003 100001", "--against", no_such], None, 3),
        (["verify", "--since", str(tmp_path / "kept")], None, 3),
        (["verify", "--since", str(tmp_path / "kept")], None, 3),
        (["verify", "--genesis", "00" * 32, "--reader", "NV001"], None, 4),
        (["item", "import", faulty], None, 2),
        (["item", "import", good, "--dry-run"], None, 0),
        (["item", "import", good, "--by", "NV001"], "y\n", 0),
        (["seal", "print", "--pdf", str(tmp_path / "new.pdf"), "--by", "NV001"], "y\n", 0),
        ([*giving, "NV012", "--witness", "NV004", two], "what\n\n", 3),
        ([*giving, "NV012", "--witness", "NV004", two], "y\n", 0),
        ([*giving, "NV012", one], None, 3),
        ([*giving, "NV001", "--pin-file", str(wrong), "--yes", str(day.numbers[6])], None, 6),
        ([*adding, "--kind", "Thư", "--yes"], "12/CV\n\n\n\n\n1\n20\n\n20\n\n", 0),
        (["item", "import", faulty, "--errors", str(tmp_path / "back.csv")], None, 2),
        (["item", "template", str(tmp_path / "form.xlsx")], None, 0),
        (["find", "--agencies", "ubnd"], None, 0),
        (["find", "--reader", "NV001", "toa an"], None, 0),
        (["find", "--reader", "NV001", "zzzz"], None, 0),
        (["seal", "jobs"], None, 0),
        (["seal", "job", str(day.numbers[6])], None, 0),
        (["seal", "spoiled"], None, 0),
        (["seal", "calibrate", "--pdf", str(tmp_path / "test.pdf")], None, 0),
        (["person", "hold", "NV012", "--by", "NV001", "--reason", "phone-lost"], None, 0),
        (["person", "lift", "NV012", *officers, "--reason", "cleared"], None, 0),
        (["publish", str(tmp_path / "public")], None, 0),
        (["export", str(tmp_path / "bundle")], None, 0),
        (["verify", str(tmp_path / "bundle")], None, 3),
        (["dossier", one, str(tmp_path / "dossier")], None, 0),
        (["verify", str(tmp_path / "dossier")], None, 3),
        (["verify", "--since", str(tmp_path / "kept"), str(tmp_path / "dossier")], None, 3),
        (["rebuild"], None, 0),
        (["seal", "check", "00000000019", "--trust", str(tmp_path / "public")], None, 2),
        (["holder", "NV999"], None, 3),
        (["item", "import", no_such], None, 5),
        (["export", str(pins / "out")], None, 5),
        (["item", "list", "--data", no_such], None, 5),
        (["item", "show"], None, 2),
        (["item", "shwo", "1"], None, 2),
        (["item", "list", "--holdr", "NV011"], None, 2),
        (["init", "--office", "many"], None, 2),
        (["init", "--office", "12"], None, 2),
        (["seal", "void", "1", "--reason", "bored"], None, 2),
        (["seal", "void", "1"], None, 2),
        (["verify", "--genesis"], None, 2),
        (["verify", "one", "two"], None, 2),
        (["rebuild", "--yes=1"], None, 2),
    ]  # fmt: skip
    common = ["--data", str(lived.folder / "data"), "--keys", str(lived.folder / "keys")]
    common += ["--pin-file", str(pins), "--as-of", "23/11/2026 15:30"]
    told = play([([*common, *words], typed) for words, typed, _ in calls], foreign_folder)
    data = {*cells(), *layout.COLUMNS.values(), *manifest.CODES, *row.URGENCIES}
    data |= {"A", "B", "C", "NV", "UTF-8", "many", "shwo", "--holdr", "bored", "one", "two"}
    data |= {"Nguyễn Văn Người Nhận", "kt1.lamdong.vn/68", "12/CV", "what", "y", "such", "kept"}
    data.add("KT1 CALIBRATION")
    for (words, _, expected), (code, output) in zip(calls, told, strict=True):
        assert code == expected, (words, output)
        plain = re.sub(rf"{tmp_path}[\w/.]*|\bNV\d{{3}}\b|\b[0-9a-f]{{64}}\b", " ", output)
        assert left_over(plain, data) == [], (words, output)
    told_to_auditors = (tmp_path / "bundle" / "README.txt").read_text("utf-8")
    assert left_over(told_to_auditors, {"kt1.lamdong.vn/68/e1", cast.FOUNDING.name}) == []


# Both languages


@pytest.mark.slow
def test_both_languages_do_the_same_and_tell_machines_the_same(
    lived: cast.World, day: cast.Day, tmp_path_factory: pytest.TempPathFactory
):
    told = {}
    for language in i18n.LANGUAGES:
        folder = tmp_path_factory.mktemp(language)
        cast.copy_world(lived, folder).session.close()
        pins = write_pins(folder / "pins.txt")
        common = ["--data", str(folder / "data"), "--keys", str(folder / "keys")]
        common += ["--pin-file", str(pins), "--as-of", "23/11/2026 10:00", "--yes"]
        one, two = str(day.numbers[0]), str(day.numbers[5])
        giving = ["handover", "--giver", "NV011", "--receiver", "NV012", "--witness", "NV004", two]
        calls = (
            ["--help"],
            ["item", "list", "--json"],
            ["item", "show", one, "--json", "--reader", "NV001"],
            ["item", "show", one],
            ["item", "import", str(cast.MANIFEST.with_name("faulty.csv")), "--json"],
            [*giving, "--json"],
            [*giving, "--json"],
            ["verify", "--json"],
            ["verify"],
            ["nonsense"],
        )
        told[language] = play([([*common, *words], None) for words in calls], language=language)
    for vietnamese, english in zip(told["vi"], told["en"], strict=True):
        assert vietnamese[0] == english[0]
        if vietnamese[1].startswith("{"):
            assert machine_part(vietnamese[1]) == machine_part(english[1])
        else:
            assert vietnamese[1] != english[1]
    said = {language: "\n".join(text for _, text in all_) for language, all_ in told.items()}
    assert "Cách dùng: kt1" in said["vi"]
    assert "Usage: kt1" in said["en"]
    assert "No such command" in said["en"]
    assert "NOT ENOUGH" in said["en"]
    assert "the giver is not the holder" in said["en"]
    assert "người giao không phải người đang giữ" in said["vi"]


def machine_part(told: str) -> Any:
    def without_messages(value: dict[str, Any]) -> dict[str, Any]:
        return {name: one for name, one in value.items() if name != "message"}

    return json.loads(told, object_hook=without_messages)


def test_a_language_that_is_not_known_is_refused_in_vietnamese():
    [(code, said)] = play([(["item", "list"], None)], language="fr")
    assert code == 5
    assert "KT1_LANGUAGE không đúng" in said


def test_an_empty_language_is_vietnamese():
    [(_, said)] = play([(["--help"], None)], language="")
    assert said.startswith("Cách dùng")
