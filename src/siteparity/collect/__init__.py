"""Measuring: every host of both sites at once, one script each, before anything is compared."""

from siteparity.collect.measurement import MAX_CONNECTIONS, NOT_MEASURED, Measured, Measurement, Runner, Say

__all__ = ["MAX_CONNECTIONS", "NOT_MEASURED", "Measured", "Measurement", "Runner", "Say"]
