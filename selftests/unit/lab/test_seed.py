"""The tar of a host's own files, as podman reads it."""

from __future__ import annotations

import io
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from lab.seed import Placed, packed

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
