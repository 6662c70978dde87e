"""The program `kt1`: its groups of commands."""

import click

from kt1custody.cli import (
    audit,
    clock,
    cosign,
    custody,
    demo,
    device,
    evidence,
    find,
    founding,
    item,
    key,
    offer,
    office,
    person,
    policy,
    ruling,
    seal,
    serve,
    token,
    witness,
)
from kt1custody.cli.face import Root, common
from kt1custody.cli.speech import has_word, say, word


@click.group(
    cls=Root,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "Custody of confidential mail: signed seals, signed handovers, a log that nobody can "
        "rewrite."
    ),
    epilog=say(
        "Exit codes: 2 input, 3 refused by a rule, 4 evidence, 5 machine, 6 person; 7 recorded, but "
        "something afterwards failed."
    ),
)
@common
def kt1() -> None:
    """Hold the commands."""


for command in (
    founding.init,
    office.catalogue,
    person.person,
    key.key,
    policy.policy,
    device.device,
    item.item,
    find.find,
    seal.seal,
    custody.handover,
    offer.offer,
    offer.take,
    offer.withdraw,
    offer.offers,
    device.sync,
    custody.deliver,
    custody.refuse,
    custody.absent,
    custody.bring_back,
    custody.holder,
    ruling.correct,
    ruling.settle,
    audit.verify,
    audit.rebuild,
    clock.clock,
    audit.export,
    audit.publish,
    evidence.checkpoint,
    evidence.dossier,
    evidence.catch_up,
    evidence.epoch,
    evidence.backup,
    evidence.lost,
    witness.witness,
    serve.serve,
    token.token,
    demo.demo,
):
    kt1.add_command(command)
item.item.add_command(ruling.correct_item)
for command in (cosign.ask, cosign.request, cosign.add, cosign.enrol, cosign.list_witnesses):
    witness.witness.add_command(command)


def _speak(command: click.Command) -> None:
    """Give the words that the command line library shows without looking them up."""
    command.options_metavar = say("[OPTIONS]")
    for param in command.params:
        kind = param.type.name.replace(" ", "-")
        if has_word("type", kind):
            param.type.name = word("type", kind)
    if isinstance(command, click.Group):
        command.subcommand_metavar = say("COMMAND [ARGS]...")
        for one in command.commands.values():
            _speak(one)


_speak(kt1)
