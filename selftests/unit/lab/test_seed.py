"""The tar of a host's own files, as podman reads it."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.pairs import Placed
from lab.seed import packed
from lab.sites import load
from lab.software import active

END = bytes(2 * tarfile.BLOCKSIZE)
NAMES = st.text("abc", min_size=1, max_size=5)


@given(st.dictionaries(NAMES, st.binary(max_size=3000), max_size=5))
def test_a_tar_ends_with_its_two_zero_blocks(contents: dict[str, bytes]) -> None:
    """Podman reads not a byte beyond them, so none may follow."""
    tar = packed({name: Placed(content) for name, content in contents.items()})
    with tarfile.open(fileobj=io.BytesIO(tar)) as read:
        members = read.getmembers()
        found = {one.name: extracted.read() for one in members if (extracted := read.extractfile(one))}
    assert found == contents
    ends = [one.offset_data + -(-one.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE for one in members]
    assert tar[max(ends, default=0) :] == END


def test_a_link_is_a_link() -> None:
    """It enables a unit as systemctl(1) does."""
    tar = packed({"wants/a.service": Placed(b"", link="/etc/a.service"), "b": Placed(b"x")})
    with tarfile.open(fileobj=io.BytesIO(tar)) as read:
        link, file = (read.getmember(name) for name in ("wants/a.service", "b"))
    assert (link.issym(), link.linkname) == (True, "/etc/a.service")
    assert file.isreg()


@pytest.mark.parametrize(
    ("name", "has_them"),
    [("dallas-web2", True), ("arizona-web1", False), ("dallas-edge1", False), ("dallas-db1", False)],
)
def test_the_worker_and_the_job_of_the_active_site_are_on_its_web_hosts_alone(
    name: str, has_them: bool
) -> None:
    """The healthy lab has what the policy promises."""
    plan = load()
    placed = active(plan.host(name), plan)
    assert bool(placed) == has_them
    assert all(one.link or one.content for one in placed.values())
