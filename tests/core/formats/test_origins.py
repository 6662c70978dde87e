"""Origins are read in their one form alone."""

import pytest

from kt1custody.core.formats import origins
from kt1custody.core.formats.origins import Origin

LOG = "kt1.example.vn/68"


def test_what_is_read_is_encoded_again():
    for epoch in (1, 2, 10, 999_999_999):
        origin = Origin(log=LOG, epoch=epoch)
        assert origins.find(str(origin)) == origin
        assert origins.log_of(str(origin)) == LOG
    assert str(origins.first(LOG)) == f"{LOG}/e1"
    assert str(origins.first(LOG).following) == f"{LOG}/e2"


@pytest.mark.parametrize(
    "text",
    ["", LOG, f"{LOG}/e", f"{LOG}/e0", f"{LOG}/e01", f"{LOG}/e1000000000", f"{LOG}/e\u0661",
     f"{LOG}/e1\n", f"{LOG}/E1", "/e1", f"{LOG}/e-1", f"{'a' * 56}/e100", "go.sum database tree"],
)  # fmt: skip
def test_what_is_no_origin(text: str):
    assert origins.find(text) is None
    assert origins.log_of(text) is None


def test_later_epochs_are_greater():
    tenth, first, second = (Origin(log=LOG, epoch=number) for number in (10, 1, 2))
    assert sorted([tenth, first, second]) == [first, second, tenth]
    assert max(tenth, first, second) == tenth
