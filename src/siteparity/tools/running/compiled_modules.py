"""Runs on a host, with its own Python 3.6 or later: what is compiled of the modules in ``$PLACES``, folders.

Only what Python would load counts: a copy whose source has another time, size or hash is compiled anew.

``digests`` looks below the folders. It prints for each that holds such copies "D", twelve digits and the
folder; in place of "D", "U" if Python takes one whatever its source says, "N" if they have none. Python
writes the same code in different bytes, depending on what else it had loaded, so the code is read, and
written again in marshal's second format, which knows no references. What another version of Python compiled
is taken as it is, and so is what somebody else than root wrote: root does not unpack it.

``sources`` looks into the folders alone, and compiles each module again as the account that wrote it. Another
Python is run only if no other account could have put it there. It prints "S" and the folder, and before that
"X", what is wrong, and the file. Fields stand between tabs, paths are coded as words are.
"""

import hashlib
import importlib.util
import marshal
import os
import pwd
import re
import shutil
import subprocess
import sys
import warnings

HEADER = 16
"""Bytes before the code: magic number, flags, and what tells the source (PEP 552)."""
HASHED, CHECKED = 1, 2
CACHE = b"__pycache__"


class Module:
    """A compiled module on disk."""

    def __init__(self, path: bytes) -> None:
        self.path = path
        with open(path, "rb") as opened:
            self.owners = {os.fstat(opened.fileno()).st_uid}
            self.header = opened.read(HEADER)
            self.code = opened.read()
        folder, name = os.path.split(path)
        self.is_cached = os.path.basename(folder) == CACHE
        self.source = os.path.join(
            os.path.dirname(folder) if self.is_cached else folder, name.split(b".")[0] + b".py"
        )
        if os.path.isfile(self.source):
            self.owners.add(os.stat(self.source).st_uid)
        flags = int.from_bytes(self.header[4:8], "little")
        self.is_hashed = flags & HASHED != 0
        self.is_unchecked = self.is_hashed and not flags & CHECKED

    @property
    def is_of_this_python(self) -> bool:
        """Whether this Python made it, or one of the same version."""
        return self.header[:4] == importlib.util.MAGIC_NUMBER

    def is_loaded(self) -> bool:
        """Whether Python takes it. One that lies beside sources was delivered without its own."""
        if not self.code:
            return False
        if not os.path.isfile(self.source):
            return not self.is_cached
        if not self.is_cached:
            return False
        if self.is_unchecked:
            return True
        if self.is_hashed:
            return self.header[8:] == importlib.util.source_hash(self.text())
        status = os.stat(self.source)
        told = (int.from_bytes(self.header[8:12], "little"), int.from_bytes(self.header[12:], "little"))
        return told == (int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)

    def text(self) -> bytes:
        """Its source."""
        with open(self.source, "rb") as opened:
            return opened.read()

    def normal(self) -> bytes:
        """The code in one form, if this Python can read it and may."""
        if not self.is_of_this_python or (self.owners != {0} and os.geteuid() == 0):
            return self.code
        try:
            return marshal.dumps(marshal.loads(self.code), 2)
        except (EOFError, TypeError, ValueError):
            return self.code

    def fault(self) -> str:
        """What is wrong with it, by its source; empty if nothing is."""
        if not self.is_cached:
            return "without source, and other than on other hosts"
        optimized = re.search(rb"\.opt-([0-9])", os.path.basename(self.path))
        try:
            loaded = marshal.loads(self.code)
            made = compile(
                self.text(),
                loaded.co_filename,
                "exec",
                dont_inherit=True,
                optimize=int(optimized.group(1)) if optimized else 0,
            )
        except (AttributeError, EOFError, SyntaxError, TypeError, ValueError):
            return "cannot be loaded"
        is_same = made == loaded or marshal.dumps(made, 2) == marshal.dumps(loaded, 2)
        return "" if is_same else "other code than its source"


def places() -> "list[bytes]":
    """The folders that the question names."""
    return [
        re.sub(rb"%([0-7]{3})", lambda odd: bytes([int(odd.group(1), 8)]), item)
        for item in os.environb[b"PLACES"].split()
    ]


def coded(path: bytes) -> str:
    """A path as words write it."""
    return re.sub(rb"[^0-9A-Za-z.:/_@+,-]", lambda odd: b"%%%03o" % odd.group()[0], path).decode()


def modules(folder: bytes, names: "list[bytes]") -> "list[Module]":
    """What Python would load from a folder. Other programs keep copies of their own under other names."""
    known = rb"[^.]+(\.[a-z]+-?[0-9]+(\.opt-[0-9])?)?\.pyc"
    paths = [os.path.join(folder, name) for name in sorted(names) if re.fullmatch(known, name)]
    return [one for one in map(Module, filter(os.path.isfile, paths)) if one.is_loaded()]


def digests() -> None:
    """A line for each folder below the places."""
    for place in filter(os.path.lexists, places()):
        for folder, _, names in os.walk(place, onerror=refuse):
            digest, some = hashlib.sha256(), modules(folder, names)
            for one in some:
                digest.update(os.path.basename(one.path) + b"\0" + hashlib.sha256(one.normal()).digest())
            if some:
                is_unchecked = any(one.is_unchecked for one in some)
                letter = "N" if not some[0].is_cached else "U" if is_unchecked else "D"
                print(letter, digest.hexdigest()[:12], coded(folder), sep="\t")


def refuse(error: OSError) -> None:
    """A folder that cannot be read is no folder without modules."""
    raise error


def sources() -> None:
    """Lines about each of the places; those of other versions of Python are told by these."""
    others = {}  # type: dict[str, list[str]]
    for folder in places():
        some = modules(folder, os.listdir(folder) if os.path.isdir(folder) else [])
        python = "" if all(one.is_of_this_python for one in some) else python_of(some)
        if python and "AGAIN" not in os.environ:
            others.setdefault(python, []).append(coded(folder))
        else:
            as_owner(some, folder)
    for python, folders in others.items():
        again = dict(os.environ, PLACES=" ".join(folders), AGAIN="1")
        subprocess.run([python, "-s", "-S", "-c", os.environ["PROGRAM"], "sources"], env=again, check=True)


def as_owner(some: "list[Module]", folder: bytes) -> None:
    """Compare the modules of a folder in a process of its own; root becomes the account that wrote them."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        if os.waitpid(child, 0)[1]:
            sys.exit("the modules in %s could not be compiled" % coded(folder))
        return
    owners = {owner for one in some for owner in one.owners} - {0}
    if owners and os.geteuid() == 0:
        account = pwd.getpwuid(min(owners))
        os.initgroups(account.pw_name, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    for one in some:
        fault = one.fault() if one.is_of_this_python else "made by a Python that is not found"
        if fault:
            print("X", fault, coded(one.path), sep="\t")
    print("S", coded(folder), sep="\t")
    sys.stdout.flush()
    os._exit(0)


def python_of(some: "list[Module]") -> str:
    """The Python of a folder: that of its virtual environment, or the one of its version; empty if none."""
    folder = os.path.dirname(some[0].path)
    while folder != b"/":
        folder = os.path.dirname(folder)
        python = os.path.join(folder, b"bin", b"python3")
        if os.path.isfile(os.path.join(folder, b"pyvenv.cfg")) and is_trusted(python):
            return os.fsdecode(os.path.realpath(python))
    version = re.search(rb"\.cpython-([0-9])([0-9]+)\.", os.path.basename(some[0].path) + b".")
    found = shutil.which("python%s.%s" % tuple(map(bytes.decode, version.groups()))) if version else None
    return found if found and is_trusted(os.fsencode(found)) else ""


def is_trusted(program: bytes) -> bool:
    """Whether it can be run, and only root and this account can write it, or a folder on the way to it."""
    path = os.path.realpath(program)
    if not os.access(path, os.X_OK):
        return False
    while True:
        status = os.stat(path)
        if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022:
            return False
        if path == b"/":
            return True
        path = os.path.dirname(path)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"digests": digests, "sources": sources}[sys.argv[1]]()
