-- The shop's first rows: always the same, whenever and wherever the file runs.

-- Names whose order differs between the languages, stocks that reach every plural form, prices that need grouping or have no cents.
INSERT INTO products (sku, name, price, currency, stock, available_since) VALUES
    ('APR-01', 'Apron',         24.90, 'EUR',       3, '2025-03-01'),
    ('FAN-01', 'Fan',           12.00, 'USD',       0, '2025-06-15'),
    ('LMP-01', 'Oil lamp',    1234.50, 'EUR',       1, '2026-01-31'),
    ('MUG-01', 'Mug',            9.95, 'USD',      21, '2024-12-24'),
    ('PLN-01', 'Plant pot',     39.00, 'EUR',       2, '2025-05-08'),
    ('PLT-01', 'Plate',       1980.00, 'JPY',     100, '2025-08-20'),
    ('SCF-01', 'Scarf',         49.90, 'EUR',      11, '2025-10-03'),
    ('SCI-01', 'Scissors',      17.25, 'USD',       5, '2025-02-14'),
    ('SPG-01', 'Sponge',         3.50, 'EUR', 1234567, '2025-07-07'),
    ('TLS-01', 'Telescope', 123456.70, 'EUR',       4, '2026-02-28'),
    ('UMB-01', 'Umbrella',      29.99, 'USD',      12, '2025-09-30'),
    ('YAM-01', 'Yam',            2.80, 'EUR',    1000, '2025-11-11');

-- 200 orders, one every nine hours; the first one's weight makes the total 1234567.891 kg.
INSERT INTO orders (placed_at, customer, items, total, currency, kilograms)
SELECT
    timestamptz '2026-01-01 06:00:00+00' + n * interval '9 hours',
    (ARRAY['Ådahl', 'Ångström', 'Ärmel', 'Çelik', 'Dupont', 'Évrard', 'Muñoz', 'Nakamura', 'Ñíguez', 'Öz', 'Zimmer', '鈴木'])[1 + n % 12]
        || ' ' || n,
    1 + n % 5,
    (ARRAY[24.90, 1234.50, 9.95, 1980.00, 49.90])[1 + n % 5] * (1 + n % 5),
    (ARRAY['EUR', 'EUR', 'USD', 'JPY', 'EUR'])[1 + n % 5],
    CASE n WHEN 0 THEN 1234567.891 - 199 * 2.5 ELSE 2.5 END
FROM generate_series(0, 199) AS n
ORDER BY n;

-- 24 subscriptions: four daily, eight weekly, twelve monthly, spread over the day. All lie in the past, so the first run brings each of
-- them up to date with one charge; from then on some are paid every day.
INSERT INTO subscriptions (customer, amount_cents, currency, every_days, next_due)
SELECT
    'subscriber-' || lpad(n::text, 2, '0') || '@example.com',
    990 + 50 * n,
    (ARRAY['EUR', 'USD'])[1 + n % 2],
    CASE WHEN n < 4 THEN 1 WHEN n < 12 THEN 7 ELSE 30 END,
    timestamptz '2026-01-05 00:02:00+00' + n * interval '1 day 1 hour'
FROM generate_series(0, 23) AS n
ORDER BY n;
