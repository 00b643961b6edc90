"""One organizer with one event that sells, and five orders of it."""

from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import now
from django_scopes import scopes_disabled
from pretix.base.models import Event, Order, Organizer

with scopes_disabled():
    organizer = Organizer.objects.create(slug="demo", name="Demo")
    begins = now() + timedelta(days=400)
    event = Event.objects.create(
        organizer=organizer, slug="conf", name="Konferenz", currency="EUR", date_from=begins, live=True,
        is_public=True, plugins="pretix.plugins.banktransfer,pretix.plugins.ticketoutputpdf",
    )  # fmt: skip
    ticket = event.items.create(name="Ticket", default_price=Decimal("1234.50"))
    event.quotas.create(name="all", size=1000).items.add(ticket)
    for number in range(5):
        order = Order(
            event=event, code=f"ABC{number}{number}", email="ada@tickets.example", status="p", locale="de",
            datetime=now(), expires=now() + timedelta(days=5), total=Decimal("1234.50"),
            sales_channel=organizer.sales_channels.first(),
        )  # fmt: skip
        with transaction.atomic():
            order.save()
            order.create_transactions(is_new=True)
    event.settings.set("locales", ["en", "de"])
    event.settings.set("locale", "en")
