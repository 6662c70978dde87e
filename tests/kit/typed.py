"""Commands as a person types them, in this process."""

from collections.abc import Callable

from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from tests.kit import cast

Run = Callable[..., Result]


def typing(world: cast.World, at: str) -> Run:
    """Give what types commands over a world, at a time of its day unless another is said.

    Every list is agreed to and every PIN is typed; `{f}` in a word is the world's folder.
    """
    world.session.close()
    pins = cast.write_pins(world.folder / "pins.txt")
    common = ["--data", str(world.session.data), "--keys", str(world.session.keys)]
    common += ["--pin-file", str(pins)]
    usual = at

    def call(
        *words: object, at: str = usual, code: int = 0, yes: bool = True, typed: str | None = None
    ) -> Result:
        given = [*common, "--as-of", f"23/11/2026 {at}", *(["--yes"] if yes else [])]
        own = [str(word).replace("{f}", str(world.folder)) for word in words]
        result = CliRunner().invoke(kt1, [*given, *own], input=typed)
        assert result.exit_code == code, result.output
        return result

    return call


def run(world: cast.World, *words: str, code: int = 0, typed: str | None = None) -> Result:
    """Type one command at three past seven; nobody agrees but by `--yes`."""
    return typing(world, "07:03")(*words, code=code, yes=False, typed=typed)
