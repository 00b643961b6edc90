"""Measuring: every host of both sites at once, one script each, before anything is compared."""

from siteparity.collect.hosts import NOT_MEASURED, Collector, Measured, Say

__all__ = ["NOT_MEASURED", "Collector", "Measured", "Say"]
