"""The connections to hosts: one for each host and run, with all questions in one script."""

from siteparity.transport.process import Output
from siteparity.transport.script import Answer, Ask, join, split
from siteparity.transport.transport import Transport

__all__ = ["Answer", "Ask", "Output", "Transport", "join", "split"]
