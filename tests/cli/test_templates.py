"""Templates are written only where a person has named a new file."""

from pathlib import Path

import pytest

from kt1custody.cli import templates
from kt1custody.errors import MalformedInputError, RefusedError
from tests.kit import cast


@pytest.mark.parametrize(("name", "why"), [("a.xlsx", "file-exists"), ("a.xls", "wrong-ending")])
def test_a_template_is_written_only_where_it_may_be(
    founded: cast.World, tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / "a.xlsx").write_text("old", "utf-8")
    with pytest.raises((RefusedError, MalformedInputError), match=why):
        templates.write_manifest(founded.at(3), tmp_path / name)
    assert (tmp_path / "a.xlsx").read_text("utf-8") == "old"


def test_templates_are_written_before_there_is_a_log_and_never_over_a_file(tmp_path: Path):
    world = cast.World(tmp_path)
    for kind in ("offices", "agencies", "people"):
        for ending in ("xlsx", "csv"):
            path = tmp_path / f"{kind}.{ending}"
            assert templates.write_list(world.session, kind, path) == 0
            with pytest.raises(RefusedError, match="file-exists"):
                templates.write_list(world.session, kind, path)
    with pytest.raises(MalformedInputError, match="wrong-ending"):
        templates.write_list(world.session, "people", tmp_path / "people.ods")
    assert not world.session.data.exists()
