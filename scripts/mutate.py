"""Breaks one rule after another in a copy of the checkout and shows which test catches it.

Each mutation is an exact replacement of text, which must apply once, and runs the tests that ought
to catch it, as the gate runs them. Words on the command line choose mutations by their name. The
code is 0 if every one was caught.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import setup_env


@dataclass(frozen=True)
class Mutation:
    """One rule broken.

    Attributes:
        rule: The rule, as it should be.
        path: Of the module, below `kt1custody`.
        old: Text of the rule, exactly.
        new: What stands in its place.
        tests: What ought to catch it, below `tests`.
    """

    rule: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


MUTATIONS = (
    Mutation(
        "custody table: nothing moves after delivery",
        "core/custody/table.py",
        '    (Status.HELD, "refuse"): Status.HELD,\n',
        '    (Status.HELD, "refuse"): Status.HELD,\n'
        '    (Status.DELIVERED, "handover"): Status.HELD,\n',
        ("core/custody/test_table.py",),
    ),
    Mutation(
        "custody: only who holds an item gives it",
        "core/custody/rules.py",
        '            "not-the-holder": _IS_NOT_THE_HOLDER,\n',
        "",
        ("core/custody/test_table_machine.py", "core/custody/test_fold.py"),
    ),
    Mutation(
        "custody: a void label is bound no more",
        "core/custody/rules.py",
        '"seal-void": ("and", _IS_FRESH, ("in", _SEAL, _VOIDED)),\n',
        '"seal-void": False,\n',
        ("core/custody/test_table_machine.py", "core/custody/test_fold.py"),
    ),
    Mutation(
        "two persons: the policy wants a witness",
        "core/custody/rules.py",
        '("and", ("not", _IS_WITNESSED), ("in", kind, wanted))\n',
        '("and", ("is", _IS_WITNESSED, None), ("in", kind, wanted))\n',
        ("core/custody/test_judgement.py", "core/custody/test_offer.py"),
    ),
    Mutation(
        "two persons: two signatures of one person are one",
        "core/log/signers.py",
        " or len(set(persons)) != len(persons):\n",
        ":\n",
        ("core/log/test_signers.py", "core/test_vectors.py"),
    ),
    Mutation(
        "judgement: a seal that was not read is noted",
        "core/custody/rules.py",
        '        "seal-not-seen": ("and", ("is", _SEAL, None)',
        '        "seal-not-seen": ("and", ("is", _SEAL, 0)',
        ("core/custody/test_fold.py", "core/custody/test_offer.py"),
    ),
    Mutation(
        "judgement: a time out of bounds is noted",
        "core/custody/judgement.py",
        "    if not begin <= act.at <= accepted_at:\n",
        "    if not 0 <= act.at <= accepted_at:\n",
        ("core/custody/test_judgement.py", "services/session/test_receive.py"),
    ),
    Mutation(
        "judgement: a counter is used once",
        "core/custody/judgement.py",
        "        if (other.dev, other.dseq) == (act.dev, act.dseq):\n",
        "        if (other.dev, other.dseq) is None:\n",
        ("core/custody/test_history.py",),
    ),
    Mutation(
        "keyring: a key whose term is over signs no more",
        "core/custody/persons.py",
        "        if accepted_at < key.since or (key.until is not None and begin > key.until)\n",
        "        if accepted_at < key.since\n",
        ("core/custody/test_persons.py", "attacks/test_false_acts.py"),
    ),
    Mutation(
        "persons: who has lost a role keeps it by no old act",
        "core/custody/persons.py",
        "    if unknown or is_late or is_back:\n",
        "    if unknown or is_back:\n",
        ("core/custody/test_persons.py", "attacks/test_one_insider.py"),
    ),
    Mutation(
        "frontier: what is taken ahead moves nothing",
        "core/custody/frontier.py",
        "    while is_taken(begin):\n",
        "    while is_taken(begin) or is_taken(begin + 1):\n",
        ("core/custody/test_frontier.py", "attacks/test_one_insider.py"),
    ),
    Mutation(
        "keyring: a revoked key alone is disputed",
        "core/custody/persons.py",
        '"key-revoked" if is_alone else "key-late"',
        '"key-late"',
        ("core/custody/test_persons.py",),
    ),
    Mutation(
        "seal verdict: the same copy twice is named",
        "core/seals/assessment.py",
        '"seal-doubled": ("less", 1, fact("count")),',
        '"seal-doubled": ("less", 2, fact("count")),',
        ("core/seals/test_assessment.py",),
    ),
    Mutation(
        "seal verdict: the gravest reason counts",
        "core/seals/assessment.py",
        "    reason = max(codes, key=lambda code: _GRAVE.index(CODES[code]))\n",
        "    reason = codes[0]\n",
        ("core/seals/test_assessment.py",),
    ),
    Mutation(
        "rules: the pages judge as the program does",
        "web/static/js/rules.js",
        'case "or": return condition.slice(1).some(valueOf)',
        'case "or": return valueOf(first)',
        ("core/custody/test_rules.py",),
    ),
    Mutation(
        "tree: an inclusion proof leads to the root",
        "core/formats/tree.py",
        "    if found != root:\n",
        "    if found == EMPTY_ROOT:\n",
        ("core/formats/test_tree.py",),
    ),
    Mutation(
        "tree: a consistency proof begins with the old root",
        "core/formats/tree.py",
        "    if (before, after) != (old_root, root):\n",
        "    if after != root:\n",
        ("core/formats/test_tree.py",),
    ),
    Mutation(
        "note: a signature line has one spelling",
        "core/formats/note.py",
        '    if spell_line(one) != f"{line}\\n":  # base64 has spare bits\n',
        "    if not one.name:\n",
        ("core/formats/test_note.py",),
    ),
    Mutation(
        "note: a note has at most a hundred signatures",
        "core/formats/note.py",
        "    if len(lines) > MAX_LINES:\n",
        "    if len(lines) > 100 * MAX_LINES:\n",
        ("core/formats/test_note.py",),
    ),
    Mutation(
        "CBOR: a value has one spelling",
        "core/formats/cbor.py",
        " and cbor2.dumps(value) == unverified:\n",
        ":\n",
        ("core/formats/test_cbor.py",),
    ),
    Mutation(
        "fold: of two steps that follow one, neither holds",
        "core/custody/fold.py",
        "        while len(fitting) > 1 or (fitting and fitting[0][0].doubled):\n",
        "        while fitting and fitting[0][0].doubled:\n",
        ("core/custody/test_fold.py",),
    ),
    Mutation(
        "fold: a step behind a disputed one follows the last good one",
        "core/custody/fold.py",
        "                if not WAITING & set(verdict.codes):\n                    names.append",
        "                if WAITING & set(verdict.codes):\n                    names.append",
        ("core/custody/test_fold.py",),
    ),
    Mutation(
        "offer: it is taken once",
        "core/custody/offer.py",
        '            return "offer-taken"\n    return None\n',
        "            return None\n    return None\n",
        ("core/custody/test_offer.py",),
    ),
    Mutation(
        "offer: whom it names takes it",
        "core/custody/offer.py",
        'offered.act.text("to") != act.by or n not in',
        "n not in",
        ("core/custody/test_offer.py",),
    ),
    Mutation(
        "ruling: who corrects an act has signed it",
        "core/custody/ruling.py",
        '    if not act.fields["officers"] and act.persons != target.persons:\n',
        '    if not act.fields["officers"] and not target.persons:\n',
        ("core/custody/test_ruling.py",),
    ),
    Mutation(
        "audit: each entry names the one before",
        "audit/chain.py",
        '            ("prev", wanted, entry.prev),\n',
        "",
        ("audit/test_chain.py",),
    ),
    Mutation(
        "audit: the clock does not step back",
        "audit/chain.py",
        '    if back > CLOCK_SLACK or (back > 0 and entry.act.type != "clock"):\n',
        "    if back > CLOCK_SLACK:\n",
        ("audit/test_chain.py",),
    ),
    Mutation(
        "signatures: points of small order are refused",
        "signing/sign.py",
        "    return y < _ED25519_FIELD and y not in _SMALL_ORDER\n",
        "    return y < _ED25519_FIELD\n",
        ("signing/test_edge_cases.py",),
    ),
    Mutation(
        "PIN: a wrong one is counted",
        "signing/tries.py",
        "    count.put(Tries(before.row + 1, now, before.unreported + 1))\n",
        "    count.put(Tries(before.row, now, before.unreported + 1))\n",
        ("signing/test_tries.py", "signing/test_person_keys.py"),
    ),
    Mutation(
        "writer: a log that lost its end signs nothing",
        "services/session/checkpoint.py",
        "    if kept.size > book.tree.size:\n",
        "    if kept.size > 2 * book.tree.size:\n",
        ("services/session/test_checkpoint.py",),
    ),
    Mutation(
        "witnesses: a quorum is as many as the log says",
        "signing/cosigned.py",
        "counted[quorum.least - 1] if len(counted) >= quorum.least else None",
        "counted[-1] if counted else None",
        ("signing/test_cosigned.py", "services/witness/test_coverage.py"),
    ),
)


def main() -> int:
    """Break the rules that are chosen, and list what caught each."""
    python = str(setup_env.ensure("dev"))
    chosen = [
        one for one in MUTATIONS if all(word in f"{one.rule} {one.path}" for word in sys.argv[1:])
    ]
    survived = 0
    with tempfile.TemporaryDirectory() as room:
        checkout = copy_checkout(Path(room) / "checkout")
        for mutation in chosen:
            begun = time.monotonic()
            caught = run(python, checkout, mutation)
            survived += caught is None
            seconds = time.monotonic() - begun
            print(f"{'survived' if caught is None else 'caught':8} {mutation.rule}", flush=True)
            print(f"         {seconds:.0f} s, {caught or ', '.join(mutation.tests)}", flush=True)
    print(f"{len(chosen) - survived} of {len(chosen)} caught")
    return int(survived > 0)


def copy_checkout(target: Path) -> Path:
    """Copy what a test needs of the checkout; compiled words too, which git does not know."""
    left_out = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(setup_env.ROOT, target, ignore=left_out)
    return target


def run(python: str, checkout: Path, mutation: Mutation) -> str | None:
    """Break a rule, run the tests, mend it again.

    Returns:
        The first test that failed, or None if all passed.
    """
    path = checkout / "kt1custody" / mutation.path
    honest = path.read_text("utf-8")
    if honest.count(mutation.old) != 1:
        sys.exit(f"{mutation.path} does not hold exactly once: {mutation.old!r}")
    path.write_text(honest.replace(mutation.old, mutation.new), "utf-8")
    command = [python, "-m", "pytest", "-x", "-q", "--no-header", "-p", "no:cacheprovider"]
    command += [f"tests/{name}" for name in mutation.tests]
    done = subprocess.run(
        command, cwd=checkout, env=setup_env.clean_environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    path.write_text(honest, "utf-8")
    if done.returncode == 0:
        return None
    failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED ")]
    if done.returncode != 1 or not failed:
        sys.exit(f"{mutation.rule}: the tests did not run:\n{done.stdout}{done.stderr}")
    return failed[0].removeprefix("FAILED ").partition(" - ")[0]


if __name__ == "__main__":
    sys.exit(main())
