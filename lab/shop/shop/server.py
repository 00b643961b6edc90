"""gunicorn's settings beside its command line: `gunicorn --config python:shop.server`.

The import is all: the pages' code is loaded once, before the workers are forked: a restart costs half.
Each worker still makes its own application, with its own catalogues and its own connection to Redis.
"""

from . import web

wsgi_app = f"{web.__name__}:create_app()"
