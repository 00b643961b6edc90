"""Make the image of the container `seats` as an archive: busybox, which serves a folder.

A lab host has no registry to pull from. The archive is the same at each build (docker-image-save(1)).
"""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path


def archive(files: dict[str, bytes], links: dict[str, str]) -> bytes:
    """A tar of executable files and symbolic links, without a time."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            one = tarfile.TarInfo(name)
            one.size, one.mode = len(content), 0o755
            tar.addfile(one, io.BytesIO(content))
        for name, target in links.items():
            one = tarfile.TarInfo(name)
            one.type, one.linkname = tarfile.SYMTYPE, target
            tar.addfile(one)
    return written.getvalue()


layer = archive({"bin/busybox": Path("/bin/busybox").read_bytes()}, {"bin/sh": "busybox"})
command = ["/bin/busybox", "httpd", "-f", "-p", "8081", "-h", "/srv/seats"]
described = {
    "architecture": "amd64",
    "os": "linux",
    "created": "2026-01-01T00:00:00Z",
    "config": {"Cmd": command, "Env": ["PATH=/bin"]},
    "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
}
config = json.dumps(described).encode()
name = f"{hashlib.sha256(config).hexdigest()}.json"
manifest = [{"Config": name, "RepoTags": ["localhost/seats:1.4"], "Layers": ["layer.tar"]}]
sys.stdout.buffer.write(
    archive({name: config, "layer.tar": layer, "manifest.json": json.dumps(manifest).encode()}, {})
)
