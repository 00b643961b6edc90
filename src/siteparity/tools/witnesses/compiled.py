"""Whether an application has compiled catalogues of gettext."""

from siteparity.tools.program import filled, program

_LIBRARIES = ("django", "wtforms", "babel", "allauth", "rest_framework", "sphinx", "humanize", "click", "pip")
"""Python packages with catalogues of their own, which show nothing about the application that uses them."""

QUESTION = filled(
    program(__package__, "compiled.sh"),
    libraries=" -o ".join(f"-path '*-packages/{name}'" for name in _LIBRARIES),
)
