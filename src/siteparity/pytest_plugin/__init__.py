"""The pytest plugin: fixtures for checks, planned parameters, and one honest outcome for each check."""

from siteparity.pytest_plugin.fixtures import parity, standby
from siteparity.pytest_plugin.hooks import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_configure_node,
    pytest_generate_tests,
    pytest_load_initial_conftests,
    pytest_make_collect_report,
    pytest_pycollect_makeitem,
    pytest_pyfunc_call,
    pytest_runtest_makereport,
    pytest_runtest_protocol,
    pytest_runtest_setup,
    pytest_runtestloop,
    pytest_sessionstart,
    pytest_unconfigure,
)
from siteparity.pytest_plugin.parity import Parity
from siteparity.pytest_plugin.standby import Standby

__all__ = [
    "Parity",
    "Standby",
    "parity",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_generate_tests",
    "pytest_load_initial_conftests",
    "pytest_make_collect_report",
    "pytest_pycollect_makeitem",
    "pytest_pyfunc_call",
    "pytest_runtest_makereport",
    "pytest_runtest_protocol",
    "pytest_runtest_setup",
    "pytest_runtestloop",
    "pytest_sessionstart",
    "pytest_unconfigure",
    "standby",
]
