"""The pair tickets: the ticket shop pretix on Debian 13, at Berlin and at Ashburn."""
