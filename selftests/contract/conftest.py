"""The fixtures of the contract tests."""

from selftests.contract.sshd import server, transport

__all__ = ["server", "transport"]
