"""Lists that must not fall behind: words, exit codes, help, settings, layers, tables."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from kt1custody import errors, i18n, settings
from kt1custody.audit import findings
from kt1custody.cli import ending
from kt1custody.cli.main import kt1
from kt1custody.core.custody import counter_rules
from kt1custody.core.custody import table as custody
from kt1custody.core.formats import item
from kt1custody.core.log import keyring, schema
from kt1custody.core.manifest import lists, manifest
from kt1custody.core.seals import assessment
from kt1custody.store import opening, tables
from kt1custody.web.pages import page
from tests.kit.package import PACKAGE, ROOT, catalogue, commands, places

REFERENCE = (ROOT / ".docs" / "reference.md").read_text("utf-8")
FAMILIES = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, errors.KtError) and one is not errors.KtError
]


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Give every call with the last name of what is called: `say` of `language.say(…)`."""
    for path in PACKAGE.rglob("*.py"):
        if "verifiers" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                match node:
                    case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                        yield name, node


def error_codes() -> set[str]:
    names = {family.__name__ for family in FAMILIES}
    # These are raised through a variable.
    codes = {"item-number", "serial", "scans-refused", *opening.CODES.values()}
    for name, call in calls():
        if name in names and call.args and isinstance(call.args[0], ast.Constant):
            codes.add(str(call.args[0].value))
    return codes


def judgement_codes() -> set[str]:
    return set(
        custody.NOTES
        | custody.WAITING
        | custody.DISPUTES
        | keyring.ACT_DISPUTES
        | {"offered-already", "no-such-item", "seal-not-scanned", "printed-already"}
    )


def refused_codes() -> set[str]:
    """What may stand in the way of an act before anybody signs."""
    here = {"offered-already", "no-such-item", "seal-not-scanned", "printed-already"}
    return {*counter_rules.REFUSED, *here}


WORDS = {
    "error": error_codes(),
    "judgement": judgement_codes(),
    "hint": refused_codes(),
    "finding": {*manifest.CODES, *manifest.NOTICES},
    "audit": set(findings.KINDS),
    "unchecked": set(findings.UNCHECKED),
    "checked": set(findings.CHECKED),
    "outside": set(findings.OUTSIDE),
    "verdict": set(findings.VERDICTS),
    "status": {one.value for one in custody.Status},
    "act": set(schema.FORMS),
    "role": {
        *schema.PEOPLE_ROLES,
        *(role for form in schema.FORMS.values() for role in form.roles),
    },
    "reason": {reason for reasons in schema.REASONS.values() for reason in reasons},
    "key": {key for keys in schema.CORRECTABLE.values() for key in keys},
    "cond": set(schema.CONDITIONS),
    "kind": {one.name for one in item.Kind},
    "service": {one.name for one in item.Urgency},
    "catalogue": set(schema.CATALOGUE_KINDS),
    "list": set(lists.CODES),
    "list-title": set(lists.KINDS),
    "listed": set(lists.KINDS),
    "about": {f"{kind}.{key}" for kind in lists.KINDS for key in lists.COLUMNS[kind]},
    "seal": set(assessment.CODES),
    "colour": {one.value for one in assessment.Colour},
}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
@pytest.mark.parametrize("kind", sorted(WORDS))
def test_every_code_has_its_word(kind: str, language: str):
    known = catalogue(language)
    assert {f"{kind}.{code}" for code in WORDS[kind]} - known.keys() == set()


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_sentence_is_translated_with_the_same_places(language: str):
    known = catalogue(language)
    for name, call in calls():
        if name == "say":
            sentence = ast.literal_eval(call.args[0])
            assert sentence in known or language == "en", sentence  # it is English already
            assert places(known.get(sentence, sentence)) == places(sentence), sentence
        elif name == "say_count":
            forms = [ast.literal_eval(form) for form in call.args[:2]]
            assert forms[0] in known or language == "en", forms
            assert places(known.get(forms[0], forms[1])) == places(forms[1]), forms


TEMPLATES = PACKAGE / "web" / "templates"
SAID = re.compile(r'\bsay(?:_count)?\(\s*"([^"]*)"(?:,\s*"([^"]*)")?')


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_sentence_of_a_page_is_translated_with_the_same_places(language: str):
    known = catalogue(language)
    pages = [path.read_text("utf-8") for path in TEMPLATES.glob("**/*.html")]
    said = [*(found for page in pages for found in SAID.findall(page))]
    said += [(tab.words, "") for tab in page.TABS]
    assert len(said) > 60
    for first, second in said:
        assert first in known or language == "en", first
        assert places(known.get(first, second or first)) == places(second or first), first


def test_no_page_says_a_word_of_its_own():
    for path in TEMPLATES.glob("**/*.html"):
        bare = re.sub(r"{%.*?%}|{{.*?}}|<script.*?</script>|<[^>]*>", " ", path.read_text("utf-8"))
        found = set(re.findall(r"[^\W\d_]{3,}", bare)) - {"nbsp"}
        assert found == set(), path.name


def test_every_family_has_an_exit_code_of_its_own():
    assert set(ending.EXIT_CODES) == set(FAMILIES)
    assert sorted([*ending.EXIT_CODES.values(), ending.RECORDED]) == [2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("name", sorted(name for name, _ in commands(kt1)))
def test_every_command_has_help(name: str):
    command = dict(commands(kt1))[name]
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, option.name


def test_what_may_be_left_out_stands_in_brackets():
    for name, command in commands(kt1):
        for param in command.params:
            if isinstance(param, click.Argument) and not param.required:
                assert param.metavar, name
                assert param.metavar.startswith("["), (name, param.metavar)


def test_every_command_takes_the_common_options():
    for name, command in commands(kt1):
        if not isinstance(command, click.Group):
            assert {"as_json", "as_of", "data", "keys"} <= {one.name for one in command.params}, (
                name
            )


def test_every_setting_and_exit_code_stands_in_the_reference():
    for name in settings.NAMES:
        assert f"\n| `{name}` |" in REFERENCE
    for code in (*ending.EXIT_CODES.values(), ending.RECORDED):
        assert f"\n| {code} |" in REFERENCE


def test_every_table_is_evidence_derived_or_operational():
    evidence = {"entries", "records", "catalogues", "checkpoints", "stamps"}
    assert set(tables.EntryRow.metadata.tables) == {
        *evidence,
        *tables.DERIVED,
        *tables.OPERATIONAL,
    }


def test_layers_hold():
    words = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run([sys.executable, "-c", words], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_top_level_is_as_agreed():
    seen = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert seen - {"demo", "__pycache__"} == {
        "pyproject.toml",
        "kt1custody",
        "keys",
        "scripts",
        "tests",
        "README.md",
    }


def test_no_private_key_is_in_the_checkout():
    for path in (ROOT / "keys").iterdir():
        assert path.name in {"README.md", ".gitignore"}
