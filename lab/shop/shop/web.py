"""The shop's pages. gunicorn calls `create_app` once in each worker."""

from collections.abc import Callable, Mapping
from http import HTTPStatus

import flask

from . import database, languages, settings
from .languages import Language, LanguageUnavailableError
from .log import sentence
from .sessions import TTL_SECONDS, SessionError, Sessions

_COOKIE = "sid"
_ORDERS_SHOWN = 10
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


class Shop:
    """The views, and what a worker holds from its start on: settings, catalogues, its connection to Redis."""

    def __init__(self, shop_settings: settings.Settings, log: Callable[[str], None]) -> None:
        self._settings = shop_settings
        self._log = log
        self._sessions = Sessions(shop_settings.sessions)
        self._languages = self._load_languages()
        self._open_session_store()

    def home(self) -> flask.Response:
        """`/`: on to the storefront in the language that the browser prefers."""
        served = self._settings.languages
        wanted = (
            tag.split("-")[0] for tag in flask.request.accept_languages.values()
        )  # de-AT is served as de
        code = next((code for code in wanted if code in served), served[0])
        response = flask.redirect(flask.url_for("storefront", code=code))
        response.vary.add("Accept-Language")
        return response

    def storefront(self, code: str) -> flask.Response:
        """`/<lang>/`: the products, by their names in that language's order."""
        language = self._language(code)
        with database.connect(self._settings.database, "shop") as shop_database:
            products = shop_database.products()
            shipped = shop_database.shipped_kilograms()
        in_order = language.sorted(products, lambda product: language.text(product.name))
        return self._page("storefront.html", language, products=in_order, shipped=shipped)

    def latest_orders(self, code: str) -> flask.Response:
        """`/<lang>/orders/latest`: rows of the database as they are now."""
        language = self._language(code)
        with database.connect(self._settings.database, "shop") as shop_database:
            orders = shop_database.latest_orders(_ORDERS_SHOWN)
        return self._page("orders.html", language, orders=orders)

    def place_order(self, code: str) -> tuple[dict[str, object], int]:
        """`POST /<lang>/orders`: an order of one article. Its number confirms that it is stored."""
        self._language(code)
        customer = flask.request.form.get("customer", "")
        if not customer:
            flask.abort(HTTPStatus.BAD_REQUEST)
        with database.connect(self._settings.database, "shop") as shop_database:
            return {"order": shop_database.place_order(customer)}, HTTPStatus.CREATED

    def cart(self, code: str) -> flask.Response:
        """`/<lang>/cart`: counts the customer's visits in the session store."""
        language = self._language(code)
        session, visits = self._sessions.visit(flask.request.cookies.get(_COOKIE))
        response = self._page("cart.html", language, visits=visits)
        response.set_cookie(
            _COOKIE,
            session,
            max_age=TTL_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=flask.request.headers.get("X-Forwarded-Proto") == "https",
        )
        return response

    def end_session(self, code: str) -> flask.Response:
        """`POST /<lang>/cart/end`: forgets the session, here and in the browser."""
        self._language(code)
        self._sessions.end(flask.request.cookies.get(_COOKIE))
        response = flask.redirect(flask.url_for("storefront", code=code), HTTPStatus.SEE_OTHER)
        response.delete_cookie(_COOKIE)
        return response

    def admin(self) -> flask.Response:
        """`/admin`: store owners work elsewhere; during an outage that is the status page."""
        return flask.redirect(self._settings.admin_url)

    def health(self) -> tuple[dict[str, object], int]:
        """`/healthz`: 200 only if the database and the session store both answer now."""
        database_state = self._answer(self._database_state)
        session_state = self._answer(self._session_state)
        usable = [language.code for language in self._languages.values() if language.usable()]
        body: dict[str, object] = {
            "site": self._settings.site,
            "database": database_state,
            "sessions": session_state,
            "languages": usable,
            "languages_unavailable": [code for code in self._settings.languages if code not in usable],
        }
        well = database_state["ok"] is True and session_state["ok"] is True
        return body, HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE

    def _load_languages(self) -> dict[str, Language]:
        """Those that can be spoken: one that fails does not stop the others."""
        loaded: dict[str, Language] = {}
        for code in self._settings.languages:
            try:
                loaded[code] = languages.load(code)
            except LanguageUnavailableError as error:
                self._log(f"language unavailable: {error}")
        return loaded

    def _open_session_store(self) -> None:
        """Connect now. A store that is down stops only the pages that need it; a later visit tries again."""
        try:
            self._sessions.ping()
        except SessionError as error:
            self._log(f"session store: {sentence(error)}")

    def _language(self, code: str) -> Language:
        if code not in self._settings.languages:
            flask.abort(HTTPStatus.NOT_FOUND)
        if code not in self._languages:
            raise LanguageUnavailableError(f"{code}: was not loaded when this worker started")
        return self._languages[code]

    def _page(self, template: str, language: Language, **values: object) -> flask.Response:
        common = {"language": language, "_": language.text, "spoken": self._languages.values()}
        response = flask.make_response(flask.render_template(template, **common, **values))
        response.headers["Content-Language"] = language.code
        return response

    def _database_state(self) -> dict[str, object]:
        with database.connect(self._settings.database, "shop health") as shop_database:
            return {"ok": True, "in_recovery": shop_database.in_recovery()}

    def _session_state(self) -> dict[str, object]:
        self._sessions.ping()
        return {"ok": True}

    def _answer(self, question: Callable[[], dict[str, object]]) -> dict[str, object]:
        """A part's state, or that it has none; the reason goes to the log and not to whoever asks."""
        try:
            return question()
        except (database.DatabaseError, SessionError) as error:
            self._log(f"health: {sentence(error)}")
            return {"ok": False}


def create_app() -> flask.Flask:
    """The application of one worker.

    Raises:
        SettingsError: The environment does not hold the shop's settings; the worker must not start.
    """
    app = flask.Flask(__name__, static_folder=None)
    _add_pages(app, Shop(settings.from_environment(), app.logger.warning))
    _add_errors(app)
    app.after_request(_add_headers)
    return app


def _add_pages(app: flask.Flask, shop: Shop) -> None:
    views: Mapping[str, Callable[..., object]] = {
        "/": shop.home,
        "/<code>/": shop.storefront,
        "/<code>/orders/latest": shop.latest_orders,
        "/<code>/cart": shop.cart,
        "/admin": shop.admin,
        "/healthz": shop.health,
    }
    for rule, view in views.items():
        app.add_url_rule(rule, view_func=view)
    app.add_url_rule("/<code>/cart/end", view_func=shop.end_session, methods=["POST"])
    app.add_url_rule("/<code>/orders", view_func=shop.place_order, methods=["POST"])


def _add_errors(app: flask.Flask) -> None:
    told = ("BAD_REQUEST", "NOT_FOUND", "METHOD_NOT_ALLOWED", "INTERNAL_SERVER_ERROR")
    for status in map(HTTPStatus.__getitem__, told):
        app.register_error_handler(status.value, _error_page(status))
    log = app.logger.error
    app.register_error_handler(LanguageUnavailableError, _error_page(HTTPStatus.INTERNAL_SERVER_ERROR, log))
    app.register_error_handler(database.DatabaseError, _error_page(HTTPStatus.SERVICE_UNAVAILABLE, log))
    app.register_error_handler(SessionError, _error_page(HTTPStatus.SERVICE_UNAVAILABLE, log))


def _error_page(
    status: HTTPStatus, log: Callable[..., None] | None = None
) -> Callable[[Exception], tuple[str, int]]:
    """What answers an error: a page that says no more than the status. The reason goes to the log."""

    def answer(error: Exception) -> tuple[str, int]:
        if log is not None:
            log("%s: %s", flask.request.path, sentence(error))
        return flask.render_template("error.html", status=status), status.value

    return answer


def _add_headers(response: flask.Response) -> flask.Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response
