"""Tokens of programs that read from the server."""

import click

from kt1custody.cli.face import Face, common
from kt1custody.cli.speech import moment, say


@click.group(help=say("Programs that read from the server of the pages."))
def token() -> None:
    """Hold the commands about tokens."""


@token.command(help=say("Make a token for a program; it is shown this once."))
@click.argument("name", metavar=say("NAME"))
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice(("events", "health")),
    help=say("What it may read; may be given again."),
)
@click.option(
    "--days", type=int, default=365, show_default=True, help=say("For how many days it is good.")
)
@common
@click.pass_obj
def add(face: Face, name: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token."""
    from kt1custody.services.people import tokens

    made = tokens.add(face.session(), name, scopes, days)
    lines = [say("The token, which nobody can show again:"), made]
    face.answer({"name": name, "token": made}, lines)


@token.command("list", help=say("List the tokens that were made."))
@common
@click.pass_obj
def list_tokens(face: Face) -> None:
    """List tokens."""
    from kt1custody.services.people import tokens

    found = tokens.listed(face.session())
    lines = [
        say(
            "{name}: {scopes}, until {at}",
            name=one.name,
            scopes=", ".join(one.scopes),
            at=moment(one.until, face.settings.zone),
        )
        for one in found
    ]
    told = [{"name": one.name, "scopes": list(one.scopes), "until": one.until} for one in found]
    face.answer({"tokens": told}, lines or [say("There is none.")])


@token.command(help=say("Make a token good for nothing."))
@click.argument("name", metavar=say("NAME"))
@common
@click.pass_obj
def drop(face: Face, name: str) -> None:
    """Drop a token."""
    from kt1custody.services.people import tokens

    tokens.drop(face.session(), name)
    face.answer({"name": name}, [say("{name} is good for nothing now.", name=name)])
