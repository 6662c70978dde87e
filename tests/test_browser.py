"""What the tests of pages lean on: a real browser that shows, takes files and has no network."""

from pathlib import Path

import pytest

from tests.kit.browser import PageError, open_page

PAGE = """<!doctype html><meta charset="utf-8"><title>Thư mật</title>
<h1>Thư mật</h1>
<input id="files" type="file" multiple><input id="folder" type="file" webkitdirectory>
<script>
const read = input => Promise.all([...input.files].map(
  async file => [file.webkitRelativePath || file.name, await file.text()]));
setTimeout(() => { document.body.dataset.late = "yes" }, 100);
</script>
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "trang thử.html"
    path.write_text(PAGE)
    return path


def test_a_page_answers(written: Path, tmp_path: Path) -> None:
    with open_page(written, size=(360, 640)) as page:
        assert page.evaluate("document.title") == "Thư mật"
        assert page.evaluate("Promise.resolve([innerWidth, null, {a: isSecureContext}])") == [
            360,
            None,
            {"a": True},
        ]
        page.wait_for("document.body.dataset.late === 'yes'")
        page.screenshot(tmp_path / "shot.png")
    assert (tmp_path / "shot.png").read_bytes().startswith(b"\x89PNG")
    assert page.requests == [written.as_uri()]
    assert page.complaints == []


def test_it_takes_files_and_folders(written: Path, tmp_path: Path) -> None:
    (tmp_path / "gói" / "sâu").mkdir(parents=True)
    (tmp_path / "gói" / "a.txt").write_text("một")
    (tmp_path / "gói" / "sâu" / "b.txt").write_text("hai")
    with open_page(written) as page:
        for _ in range(2):
            page.set_files("#files", [tmp_path / "gói" / "a.txt"])
            assert page.evaluate("read(files)") == [["a.txt", "một"]]
            page.set_files("#folder", [tmp_path / "gói"])
            assert page.evaluate("read(folder).then(all => all.sort())") == [
                ["gói/a.txt", "một"],
                ["gói/sâu/b.txt", "hai"],
            ]
        with pytest.raises(PageError):
            page.set_files("#none", [tmp_path / "gói" / "a.txt"])


def test_what_goes_wrong_is_told(written: Path) -> None:
    with open_page(written) as page:
        with pytest.raises(PageError, match="not defined"):
            page.evaluate("nobody()")
        with pytest.raises(PageError, match="not within"):
            page.wait_for("false", timeout=0.1)
        with pytest.raises(PageError, match="no answer"):
            page.evaluate("new Promise(() => {})", timeout=0.1)
        page.evaluate("setTimeout(() => { throw new Error('muộn') }, 0), console.error('kêu', 1)")
        page.wait_for("new Promise(done => setTimeout(() => done(true), 50))")
        assert page.complaints[0] == "kêu 1"
        assert "muộn" in page.complaints[1]
        assert page.evaluate("1 + 1") == 2


def test_there_is_no_network(written: Path) -> None:
    with open_page(written) as page:
        address = "http://example.org/"
        assert page.evaluate(f"fetch('{address}').catch(fault => fault.name)") == "TypeError"
    assert page.requests == [written.as_uri(), address]
