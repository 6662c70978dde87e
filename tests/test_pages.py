"""The pages for readers: short, the same in both languages, and true about what they name."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from kt1custody.cli.main import kt1
from scripts import pictures
from tests.kit import pages
from tests.kit.package import PACKAGE, ROOT

READMES = {"en": pages.README, "vi": pages.README_VI}
FOR_PEOPLE = [*READMES.values(), pages.INSTALL]
ALL = [ROOT / "README.md", *sorted((ROOT / ".docs").glob("*.md"))]
LONGEST = 80  # words in a paragraph
MOST = 7  # steps in a section


@pytest.mark.parametrize("path", FOR_PEOPLE, ids=lambda path: path.name)
def test_no_paragraph_is_long(path: Path):
    for paragraph in pages.paragraphs(path.read_text("utf-8")):
        assert len(paragraph.split()) <= LONGEST, paragraph


@pytest.mark.parametrize("path", READMES.values(), ids=READMES)
def test_no_section_has_many_steps(path: Path):
    sections = pages.sections(path.read_text("utf-8"))
    with_steps = {name: steps for name, steps in sections.items() if steps}
    assert len(with_steps) == 9
    for name, steps in with_steps.items():
        assert [step.partition(".")[0] for step in steps] == [
            str(place) for place in range(1, len(steps) + 1)
        ], name
        assert len(steps) <= MOST, name


def test_both_readmes_say_the_same():
    english, vietnamese = (path.read_text("utf-8") for path in READMES.values())
    shapes = [
        [len(steps) for steps in pages.sections(one).values()] for one in (english, vietnamese)
    ]
    assert shapes[0] == shapes[1]
    for mine, theirs in zip(
        pages.sections(english).values(), pages.sections(vietnamese).values(), strict=True
    ):
        assert [options(step) for step in mine] == [options(step) for step in theirs]
    typed = [
        re.findall(r"^\$ (.*?)(?: --genesis .*)?$", one, re.M) for one in (english, vietnamese)
    ]
    assert typed[0] == typed[1]


def options(step: str) -> list[tuple[str | None, list[str]]]:
    """Give the commands of a step with their options, without what stands for something."""
    return [
        (command.name, [word for word in words if word.startswith("--")])
        for command, words in pages.commands_in(step)
    ]


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_commands_and_options_that_a_page_names_exist(path: Path):
    if path.name == "CHANGELOG.md":
        return  # what was, too
    for command, words in pages.commands_in(path.read_text("utf-8")):
        known = {name for param in (*command.params, *kt1.params) for name in param.opts}
        for word in words:
            assert not word.startswith("--") or word in {*known, "--help"}, (command.name, word)


@pytest.mark.parametrize("path", FOR_PEOPLE[:2], ids=READMES)
def test_a_command_with_options_is_given_all_that_it_needs(path: Path):
    for command, words in pages.commands_in(path.read_text("utf-8")):
        needed = [
            param.opts[0]
            for param in command.params
            if isinstance(param, click.Option) and param.required
        ]
        if words:
            assert [name for name in needed if name not in words] == [], (command.name, words)


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path):
    text = path.read_text("utf-8")
    anchors = {anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    for link in [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'src="([^"]+)"', text)]:
        if link.startswith("#"):
            assert link[1:] in anchors, link
        elif "://" not in link:
            assert (path.parent / link).exists(), link


def anchor(heading: str) -> str:
    """Give the anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", READMES.values(), ids=READMES)
def test_both_readmes_show_all_pictures(path: Path):
    shown = re.findall(r'<img src="[^"]*pictures/([^"]+)"', path.read_text("utf-8"))
    assert shown == list(pictures.NAMES)


@pytest.mark.parametrize("name", pictures.NAMES)
def test_pictures_are_small(name: str):
    """Made by scripts/pictures.py."""
    picture = (pictures.FOLDER / name).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 150_000


@pytest.mark.parametrize(
    ("path", "other"), [(pages.README, ".docs/README.vi.md"), (pages.README_VI, "../README.md")]
)
def test_a_readme_begins_with_the_other_and_has_the_two_commands(path: Path, other: str):
    text = path.read_text("utf-8")
    assert f"({other})" in text.partition("\n")[0]
    for script in ("run", "test"):
        assert f"\npython3 scripts/{script}.py " in text


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_files_of_the_checkout_that_a_page_names_exist(path: Path):
    if path.name != "CHANGELOG.md":  # what was, too
        text = path.read_text("utf-8")
        for name in re.findall(r"`((?:kt1custody|tests|scripts|keys|\.docs|\.ci)/[^`\s]*)`", text):
            assert is_there(ROOT, name), name


def is_there(place: Path, name: str) -> bool:
    """Tell whether a file, a folder or one of a pattern is there; of a test, its file."""
    return any(place.glob(name.partition("::")[0].rstrip("/")))


def test_every_path_that_the_page_for_developers_names_exists():
    text = pages.DEVELOPING.read_text("utf-8")
    named = [name for name in re.findall(r"`([^`\s]+)`", text) if "/" in name or ".py" in name]
    assert len(named) > 150
    for name in named:
        assert is_there(PACKAGE, name) or is_there(ROOT, name), name


def test_every_folder_of_the_package_and_every_contract_stands_on_the_page_for_developers():
    text = pages.DEVELOPING.read_text("utf-8")
    for path in PACKAGE.iterdir():
        if path.is_dir() and path.name != "__pycache__":
            assert f"| `kt1custody/{path.name}/` |" in text, path.name
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for contract in settings["tool"]["importlinter"]["contracts"]:
        assert f"\n| {contract['name']} |" in text


def test_hand_over_is_found_at_once():
    text = pages.DEVELOPING.read_text("utf-8")
    [row] = [line for line in text.splitlines() if line.startswith("| hand over |")]
    cells = row.split("|")[2:6]
    places = ("core/custody/table.py", "services/custody/hand_over.py", "store/", "cli/custody.py")
    for cell, place in zip(cells, places, strict=True):
        assert place in cell
