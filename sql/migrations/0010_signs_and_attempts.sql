-- A signature over values without their bounds can be divided otherwise: what it covers serves for one order, for ever.

ALTER TABLE merchant_orders ADD COLUMN signed_hash VARCHAR(64); -- NULL: its protocol tells the values apart

CREATE UNIQUE INDEX merchant_orders_by_signed ON merchant_orders (merchant_id, signed_hash);

-- What sites answered long ago is found by its time and forgotten.

CREATE INDEX callback_attempts_by_time ON callback_attempts (at);
