"""The lab's containers: create, seed, start and remove them; only those that this lab made."""

import json
import secrets
from collections.abc import Iterable
from functools import partial

from lab import images, podman, seed
from lab.errors import LabError
from lab.pairs import USUAL, Pair
from lab.sites import Host, Plan
from lab.state import ledger_of, read_ledger, write_ledger
from lab.wait import together

LABEL = "siteparity.lab"
MARK = "/var/lib/siteparity-lab"


def instance(pair: Pair) -> str:
    """The name of this pair, which labels everything made for it; in the ledger before anything is made."""
    ledger = read_ledger(pair)
    if "instance" not in ledger:
        ledger = {"instance": secrets.token_hex(6), "containers": {}, "faults": []}
        write_ledger(ledger, pair)
    return str(ledger["instance"])


def ours(pair: Pair = USUAL) -> dict[str, tuple[str, str]]:
    """Container name -> (id, state), of the containers that were made for a pair."""
    name = read_ledger(pair).get("instance")
    if name is None:
        return {}
    only_ours = ("--filter", f"label={LABEL}={name}")
    shown = podman.podman("ps", "--all", "--no-trunc", *only_ours, "--format", "json")
    found = json.loads(shown.stdout or b"[]")
    return {entry["Names"][0]: (entry["Id"], entry["State"]) for entry in found}


def is_up(pair: Pair) -> bool:
    """Whether something was made for a pair and not taken down since."""
    return bool(read_ledger(pair))


def variant(pair: Pair = USUAL) -> str | None:
    """The variant that is up, or was made last."""
    found: str | None = read_ledger(pair).get("variant")
    return found


def choose(plan: Plan) -> None:
    """Note which variant is made now.

    Raises:
        LabError: hosts of another variant are up, which have other neighbours in their files.
    """
    pair, wanted = plan.pair, plan.variant
    if ours(pair) and wanted != variant(pair):
        raise LabError(
            f"the lab is up as {_kind(variant(pair))}, and {_kind(wanted)} was asked for; "
            f"take it down first: make lab-down (or: python -m lab down{pair.option})"
        )
    instance(pair)
    write_ledger({**read_ledger(pair), "variant": wanted}, pair)


def _kind(variant: str | None) -> str:
    return f"variant {variant}" if variant else "the usual ten hosts"


def create(plan: Plan, hosts: Iterable[Host]) -> list[Host]:
    """Create the missing containers and copy each host's own files into it.

    Returns:
        The hosts that have never been started.

    Raises:
        LabError: a container or network of that name exists and is not of this lab.
    """
    wanted, present = list(hosts), ours(plan.pair)
    missing = [host for host in wanted if host.name not in present]
    if missing:
        _refuse_strangers(plan, missing)
        names = [host.name for host in missing]
        made = ("up", "--no-start", "--no-recreate", "--no-build")
        podman.compose(plan, *made, *names, instance=instance(plan.pair))
        _note(plan.pair)
        present = ours(plan.pair)
    # A crash may have left a container that was never started half prepared.
    fresh = [host for host in wanted if present[host.name][1] == "created"]
    together([partial(_seed, host, plan) for host in fresh])
    return fresh


def start(plan: Plan, hosts: Iterable[Host]) -> None:
    """Boot existing containers; frozen ones continue."""
    present = ours(plan.pair)
    names = [host.name for host in hosts]
    frozen = [name for name in names if present[name][1] == "paused"]
    if frozen:
        podman.podman("unpause", *frozen)
    if off := sorted(set(names) - set(frozen)):
        podman.podman("start", *off, timeout=120)


def restart(host: Host) -> None:
    """Boot a host again; its files stay."""
    require_mark(host)
    podman.podman("restart", "--time", "3", host.name, timeout=60)


def remove(plan: Plan, hosts: Iterable[Host]) -> None:
    """Remove the containers of these hosts, by the ids that the lab made."""
    present = ours(plan.pair)
    ids = [present[host.name][0] for host in hosts if host.name in present]
    if ids:
        podman.podman("rm", "--force", "--time", "0", *ids, timeout=120)
    _note(plan.pair)


def remove_all(plan: Plan) -> None:
    """Remove everything with this lab's label, including what a crash left, then the ledger."""
    pair = plan.pair
    ids = [identity for identity, _ in ours(pair).values()]
    if ids:
        podman.podman("rm", "--force", "--time", "0", *ids, timeout=120)
    podman.podman("image", "prune", "--force", "--filter", f"label={images.LABEL}")
    name = read_ledger(pair).get("instance")
    if name is not None:
        filters = ("--filter", f"label={LABEL}={name}")
        if podman.podman("network", "ls", "--quiet", *filters).stdout.strip():
            podman.podman("network", "rm", plan.network)
    ledger_of(pair).unlink(missing_ok=True)


def require_mark(host: Host) -> None:
    """Refuse to touch anything but a running host of this lab.

    Raises:
        LabError: it is not running, belongs to somebody else, or has no mark.
    """
    known = ours(host.pair).get(host.name)
    if known is None or known[1] != "running":
        state = "does not exist" if known is None else f"is {known[1]}"
        raise LabError(
            f"{host.name} {state}; bring it up with: python -m lab mend, or "
            f"python -m lab up{host.pair.option}"
        )
    marked = podman.podman("exec", host.name, "grep", "-qx", f"host={host.name}", MARK, check=False)
    if marked.returncode:
        raise LabError(f"{host.name} does not have the lab's mark {MARK}; refusing to touch it")


def outdated(plan: Plan) -> list[str]:
    """Names of hosts whose image was rebuilt since they were created."""
    shown = (
        podman.podman("inspect", "--format", "{{.Name}} {{.Image}}", *ours(plan.pair))
        .stdout.decode()
        .split("\n")
    )
    runs = dict(line.split() for line in shown if line)
    named = sorted({host.image for host in plan.hosts})
    told = podman.podman("image", "inspect", "--format", "{{index .RepoTags 0}} {{.Id}}", *named)
    newest = dict(line.split() for line in told.stdout.decode().splitlines())
    return [host.name for host in plan.hosts if runs.get(host.name) != newest.get(f"{host.image}:latest")]


def id_of(host: Host) -> str:
    """The id of a host's container, whatever its state.

    Raises:
        LabError: the lab has none.
    """
    known = ours(host.pair).get(host.name)
    if known is None:
        raise LabError(
            f"{host.name} does not exist; bring the lab up with: python -m lab up{host.pair.option}"
        )
    return known[0]


def _seed(host: Host, plan: Plan) -> None:
    podman.podman("cp", "--archive=false", "-", f"{host.name}:/", stdin=seed.archive(host, plan))


def _note(pair: Pair) -> None:
    """Note which containers exist now."""
    containers = {name: identity for name, (identity, _) in ours(pair).items()}
    write_ledger({**read_ledger(pair), "containers": containers}, pair)


def _refuse_strangers(plan: Plan, hosts: Iterable[Host]) -> None:
    shown = podman.podman("ps", "--all", "--format", "{{.Names}}").stdout.decode().split()
    taken = sorted({host.name for host in hosts} & set(shown))
    owner = _owner(plan.network)
    if owner and owner != instance(plan.pair) and not _hosts_on(plan.network):
        # Containers do not survive a restart of the machine that clears /run; the network does.
        podman.podman("network", "rm", plan.network)
    elif owner is not None and owner != instance(plan.pair):
        taken.append(f"network {plan.network}")
    if taken:
        raise LabError(
            f"already there, and not made by this lab: {', '.join(taken)}; "
            "take the other lab down first: python -m lab down in its folder; if that is gone: podman rm -f"
        )


def _owner(network: str) -> str | None:
    """The lab instance that made a network; empty if no lab made it, None if it does not exist."""
    shown = podman.podman(
        "network", "inspect", "--format", f'{{{{index .Labels "{LABEL}"}}}}', network, check=False
    )
    return shown.stdout.decode().strip() if shown.returncode == 0 else None


def _hosts_on(network: str) -> bool:
    return bool(podman.podman("ps", "--all", "--quiet", "--filter", f"network={network}").stdout.strip())
