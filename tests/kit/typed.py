"""Commands as a person types them, on a world whose clock stands at three past seven."""

from click.testing import CliRunner, Result

from kt1custody.cli.main import kt1
from tests.kit import cast


def run(world: cast.World, *words: str, code: int = 0, typed: str | None = None) -> Result:
    world.session.close()
    pins = world.folder / "pins.txt"
    pins.write_text("".join(f"{staff}={pin}\n" for staff, pin in cast.PINS.items()), "utf-8")
    common = ["--data", str(world.session.data), "--keys", str(world.session.keys)]
    common += ["--pin-file", str(pins), "--as-of", "23/11/2026 07:03"]
    result = CliRunner().invoke(kt1, [*common, *words], input=typed)
    assert result.exit_code == code, result.output
    return result
