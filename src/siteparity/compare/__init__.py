"""``siteparity diff``: two hosts, no policy and no inventory. What differs is grouped by cause.

It is no gate: it never says GO. The questions, the readers and the comparison are those of every run, under a
policy that promises nothing, for two sites of one host each.
"""

from siteparity.compare.comparison import Comparison, Outcome
from siteparity.compare.page import render
from siteparity.compare.places import Place, places
from siteparity.compare.run import Run
from siteparity.compare.text import as_json, heading, summary

__all__ = ["Comparison", "Outcome", "Place", "Run", "as_json", "heading", "places", "render", "summary"]
