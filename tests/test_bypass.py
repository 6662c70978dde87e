"""No word bypasses the catalogues: what the code itself shows, read as code."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from tests.kit.package import PACKAGE, places
from tests.kit.words import LETTER, TYPED, WORDS, has_tone, messages

# Data, not words: what stands in an office's files and on its forms, in the official language.
DATA = {
    "core/manifest/layout.py": "headings of a manifest",
    "core/manifest/fonts.py": "tables of old fonts",
    "core/formats/letters.py": "letters that look alike",
    "core/manifest/old_fonts.py": "letters of old fonts",
    "core/manifest/subject.py": "words of a subject",
    "core/formats/syllables.py": "syllables of Vietnamese",
    "core/manifest/lists.py": "headings and words of the post's own lists",
    "core/manifest/row.py": "values of a manifest",
    "core/formats/spelling.py": "tables of tones",
    "core/seals/scanner.py": "signs on the keys of keyboards",
    "core/search.py": "tables of tones",
    "core/formats/count_words.py": "counts in words",
    "core/formats/places.py": "letters of an agency's code",
    "sheets/number_format.py": "names of units and the like",
    "sheets/letters.py": "tables of tones",
    "cli/slip.py": "yes and no as people type them",
    "cli/demo.py": "the name of a person who receives",
}
LOOK_UP = ("say", "say_count", "word", "has_word", "words_of")  # of a language
# For programmers and machines.
NOT_SHOWN = ("ValueError", "TypeError", "RuntimeError", "_spell", "re.compile")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        if "verifiers" not in path.parts:
            name = path.relative_to(PACKAGE).as_posix()
            yield name, ast.parse(path.read_text("utf-8"))


def unspoken(tree: ast.AST) -> Iterator[Any]:
    """String literals that are not looked up, nor docstrings, types, or formats of a place."""
    skipped = {id(one) for part in beside(tree) for one in ast.walk(part)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in skipped:
            yield node


def beside(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        match node:
            case ast.Call() if looks_up(node) or called(node) in NOT_SHOWN:
                yield from node.args
            case ast.FormattedValue(format_spec=ast.AST() as spec):
                yield spec
            case ast.Expr(value=ast.Constant() as docstring):
                yield docstring
            case ast.arg(annotation=ast.AST() as kind) | ast.AnnAssign(annotation=kind):
                yield kind
            case ast.FunctionDef(returns=ast.AST() as kind):
                yield kind
            case ast.Assign(targets=[ast.Name("msg")], value=told):  # of such an error
                yield told


def looks_up(call: ast.Call) -> bool:
    return last(called(call)).removeprefix("_") in LOOK_UP


def last(name: str) -> str:
    """Give the name itself, of a language or of what else it belongs to."""
    return name if name.startswith("'") else name.rpartition(".")[2]


def called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def test_no_vietnamese_stands_in_the_code_but_data():
    seen = {
        name
        for name, tree in modules()
        for literal in unspoken(tree)
        if has_tone(str(literal.value))
    }
    assert seen - DATA.keys() == set()


def test_no_sentence_stands_beside_the_catalogue_where_people_are_spoken_to():
    for name, tree in modules():
        if name.split("/")[0] in ("cli", "printing", "services", "sheets", "words"):
            for literal in unspoken(tree):
                text = str(literal.value)
                known = text in TYPED or (name in DATA and has_tone(text))
                assert known or not WORDS.search(text), (name, literal.lineno, text)


def test_no_word_is_put_together_for_people():
    for name, tree in modules():
        if name.startswith(("cli/", "words/")):
            parts = {id(part) for node in ast.walk(tree) for part in put_together(node)}
            for literal in unspoken(tree):
                text = str(literal.value)
                known = text in TYPED or id(literal) not in parts
                assert known or not LETTER.search(text), (name, literal.lineno, text)


def put_together(node: ast.AST) -> Iterator[ast.AST]:
    """What becomes a part of a line or one of several lines."""
    match node:
        case ast.JoinedStr(values=parts) | ast.List(elts=parts):
            yield from parts
        case ast.AugAssign(op=ast.Add(), value=part) | ast.Return(value=ast.AST() as part):
            yield part
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield from (left, right)
        case ast.Call(func=ast.Attribute(attr="join"), args=[ast.Tuple(elts=parts)]):
            yield from parts


SHOWN = {
    *("click.echo", "click.secho", "click.style", "click.prompt", "click.confirm", "click.pause"),
    *("click.ClickException", "click.UsageError", "click.BadParameter", "click.progressbar"),
    *("print", "face.note", "face.confirm", "face.agree", "lines.append", "lines.extend"),
}
SHOWN_BEHIND_THE_FIRST = {"face.answer", "face.ask"}
SHOWN_BY_NAME = {"help", "short_help", "epilog", "metavar", "options_metavar", "prompt", "label"}


def test_what_is_shown_was_looked_up():
    for name, tree in modules():
        for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
            if not name.startswith(("cli/", "words/")):
                continue
            shown: list[ast.AST] = [one.value for one in call.keywords if one.arg in SHOWN_BY_NAME]
            shown += call.args if called(call) in SHOWN else []
            shown += call.args[1:] if called(call) in SHOWN_BEHIND_THE_FIRST else []
            for literal in (one for part in shown for one in unspoken(part)):
                text = str(literal.value)
                assert text in TYPED or not LETTER.search(text), (name, literal.lineno, text)


def test_no_word_stands_in_the_forms_that_are_set_in_type():
    for path in PACKAGE.rglob("*.typ"):
        code = re.sub(r"//.*", "", path.read_text("utf-8"))
        for text in re.findall(r'"([^"\n]*)"', code):
            assert text == "Noto Sans" or not WORDS.search(text), (path.name, text)
        assert not has_tone(code), path.name


COUNTS = {"count", "rows", "items", "entries", "signatures", "findings", "delivered", "weight"}


def test_every_count_shown_is_spelled_as_a_number():
    for name, tree in modules():
        spelled = {"number", "say_count", "', '.join"}
        for node in ast.walk(tree):
            match node:
                case ast.Assign(targets=[ast.Name(known)], value=ast.Call() as call):
                    spelled |= {known} if last(called(call)) in spelled else set()
                case ast.Call(keywords=facts) if last(called(node)) == "say":
                    for fact in (one for one in facts if one.arg in COUNTS):
                        told = fact.value
                        told = told.func if isinstance(told, ast.Call) else told
                        assert last(ast.unparse(told)) in spelled, (name, node.lineno, fact.arg)


NAMES_A_PART = ("act-malformed", "entry-malformed", "not-canonical")  # of a format, by its own name


def test_every_reason_inside_an_error_has_its_word():
    known = messages("vi")
    for name, tree in modules():
        for node in ast.walk(tree):
            match node:
                case ast.Call(args=[ast.Constant(str(code))], keywords=facts) if (
                    called(node).endswith("Error") and code not in NAMES_A_PART
                ):
                    told = places(str(known[f"error.{code}"].string))
                    for fact in (one for one in facts if one.arg == "why" and "why" in told):
                        match fact.value:
                            case ast.Constant(str(why)):
                                assert f"why.{why}" in known, (name, node.lineno)


# Who may take a time as an entry or an item's table has it, and why; everybody else asks `time_of`,
# which knows what two officers have put right after a clock was ahead.
RAW_TIMES = {
    "services/evidence/take_back.py": "lost entries are taken over as they were",
    "services/session/proposal.py": "compares when an act was tried with when it is proposed",
    "services/session/clock_check.py": "holds the clock against the newest entry",
    "services/session/session.py": "gives a training log the time after its newest entry",
    "services/keys/clock.py": "finds the entries that lie ahead",
    "services/evidence/verify.py": "a rebuild judges again what was judged",
    "services/evidence/story_words.py": "a story tells what the log says, as every verifier does",
    "words/acts.py": "a story tells what the log says, as every verifier does",
    "words/items.py": "is given states by the right clock",
    "words/stories.py": "a story tells what the log says, as every verifier does",
    "services/custody/standing.py": "is given states by the right clock",
    "services/custody/workload.py": "has states by the right clock",
}


def test_no_reader_takes_a_time_but_by_the_right_clock():
    seen = set()
    for name, tree in modules():
        if name.split("/")[0] in ("cli", "printing", "services", "sheets", "words"):
            asked = {
                id(part)
                for call in ast.walk(tree)
                if isinstance(call, ast.Call) and called(call).endswith(".time_of")
                for part in ast.walk(call)
            }
            seen |= {name for node in ast.walk(tree) if is_raw(node) and id(node) not in asked}
    assert seen == RAW_TIMES.keys()


def is_raw(node: ast.AST) -> bool:
    """Whether this reads `Entry.accepted_at`, `Book.moment` or `ItemState.since`."""
    match node:
        case ast.Attribute(attr="accepted_at"):
            return True
        case ast.Attribute(attr="moment", value=owner):
            return not ast.unparse(owner).lower().endswith("language")  # which writes it
        case ast.Attribute(attr="since", value=told):
            return ast.unparse(told).split(".")[-1] in ("state", "item", "shown")
    return False
