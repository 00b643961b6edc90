-- The shop's tables. Run once, by a superuser, in the new and empty database `shop` (UTF-8).
-- The role `shop` gets no password here and owns nothing: it may do what the pages and jobs do, no more.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'shop') THEN
        CREATE ROLE shop LOGIN;
    END IF;
END
$$;

CREATE TABLE products (
    sku             text PRIMARY KEY,
    name            text NOT NULL UNIQUE,  -- a message of the shop's catalogues
    price           numeric(12, 2) NOT NULL CHECK (price > 0),
    currency        char(3) NOT NULL,
    stock           integer NOT NULL CHECK (stock >= 0),
    available_since date NOT NULL
);

CREATE TABLE orders (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    placed_at timestamptz NOT NULL,
    customer  text NOT NULL,
    items     integer NOT NULL CHECK (items > 0),
    total     numeric(12, 2) NOT NULL CHECK (total >= 0),
    currency  char(3) NOT NULL,
    kilograms numeric(12, 3) NOT NULL CHECK (kilograms >= 0)
);
CREATE INDEX orders_by_time ON orders (placed_at);
CREATE INDEX orders_by_customer ON orders (customer);  -- sorted by the collation of the database

CREATE TABLE subscriptions (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer     text NOT NULL,
    amount_cents integer NOT NULL CHECK (amount_cents > 0),
    currency     char(3) NOT NULL,
    every_days   integer NOT NULL CHECK (every_days > 0),
    next_due     timestamptz NOT NULL,
    active       boolean NOT NULL DEFAULT true
);
CREATE INDEX subscriptions_by_due ON subscriptions (next_due) WHERE active;

CREATE TABLE charges (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES subscriptions,
    due_at          timestamptz NOT NULL,
    amount_cents    integer NOT NULL,
    currency        char(3) NOT NULL,
    charged_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (subscription_id, due_at)  -- nobody pays twice for the same period
);

CREATE TABLE job_runs (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job         text NOT NULL,
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    ok          boolean NOT NULL DEFAULT false
);
CREATE INDEX job_runs_by_job ON job_runs (job, finished_at);

GRANT SELECT ON products, orders, subscriptions, charges, job_runs TO shop;
GRANT UPDATE (next_due) ON subscriptions TO shop;
GRANT INSERT ON orders, charges, job_runs TO shop;
GRANT UPDATE (finished_at, ok) ON job_runs TO shop;
