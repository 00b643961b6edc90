"""The fixtures of the contract tests."""

from selftests.contract.sshd import hasty, server, transport

__all__ = ["hasty", "server", "transport"]
