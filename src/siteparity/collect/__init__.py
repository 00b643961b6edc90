"""Measuring: every host of both sites at once, one script each, before anything is compared."""

from siteparity.collect.hosts import Collector, Measured, Say

__all__ = ["Collector", "Measured", "Say"]
