"""The payment gateway: one request for each charge, which may be repeated without charging twice."""

import json
import urllib.error
import urllib.request
from http import HTTPStatus

TIMEOUT_SECONDS = 10.0


class PaymentError(Exception):
    """The gateway did not charge, or did not say so."""


def charge(url: str, *, key: str, customer: str, amount_cents: int, currency: str) -> None:
    """Charge a customer.

    Args:
        url: The gateway's address.
        key: What is paid for; the gateway charges a key once, however often it is asked.
        customer: Who pays.
        amount_cents: How much, in hundredths of the currency's unit.
        currency: ISO 4217 code.

    Raises:
        PaymentError: Refused, not reached, or no answer within ten seconds. Try again with the same key.
    """
    body = {"key": key, "customer": customer, "amount_cents": amount_cents, "currency": currency}
    request = urllib.request.Request(  # noqa: S310  # the settings take http and https alone
        url, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  # as above
            status = answer.status
    except urllib.error.HTTPError as error:
        raise PaymentError(f"the gateway refused {key}: {error.code}") from error
    except OSError as error:
        raise PaymentError(f"the gateway could not be asked for {key}: {error}") from error
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise PaymentError(f"the gateway answered {status} for {key}, which says nothing about a charge")
