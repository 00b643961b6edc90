"""The shop: translated pages, sessions in Redis, orders and subscriptions in PostgreSQL."""
