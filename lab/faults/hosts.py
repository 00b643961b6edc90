"""Hosts that are off, silent, or not themselves: what a run meets when a site is dying."""

from lab.faults import Fault
from lab.handle import Lab


def _off(lab: Lab) -> None:
    lab.power_off("arizona-web2")


def _on(lab: Lab) -> None:
    lab.power_on("arizona-web2")


def _freeze(lab: Lab) -> None:
    lab.freeze("arizona-web1")


def _thaw(lab: Lab) -> None:
    lab.thaw("arizona-web1")


FAULTS = (
    Fault(
        name="host_dead",
        sentence="A web host of the standby has lost power.",
        hosts=("arizona-web2",),
        break_=_off,
        mend=_on,
    ),
    Fault(
        name="host_hung",
        sentence="A web host of the standby accepts connections and never answers.",
        hosts=("arizona-web1",),
        break_=_freeze,
        mend=_thaw,
    ),
    Fault(
        name="host_key_changed",
        sentence="A sessions host of the standby presents a host key other than the known one.",
        hosts=("arizona-sessions1",),
        break_="""
            cp -p /etc/ssh/ssh_host_ed25519_key /etc/ssh/ssh_host_ed25519_key.pub /root/
            ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key <<-ANSWER
				y
			ANSWER
            systemctl restart ssh
        """,
        mend="""
            [ ! -f /root/ssh_host_ed25519_key ] ||
                mv /root/ssh_host_ed25519_key /root/ssh_host_ed25519_key.pub /etc/ssh/
            systemctl restart ssh
        """,
    ),
)
