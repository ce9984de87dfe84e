-- What the seller decides about money that no order took by itself; bounds on what an account takes.

CREATE TABLE payment_cases (
  payment_id VARCHAR(21) NOT NULL PRIMARY KEY,
  state VARCHAR(16) NOT NULL, -- assigning, assigned, refunded, ignored, or open again
  order_id VARCHAR(21),
  note VARCHAR(200) NOT NULL,
  actor VARCHAR(64) NOT NULL,
  decided_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

ALTER TABLE accounts ADD COLUMN daily_cap_cents BIGINT; -- NULL: no cap

ALTER TABLE accounts ADD COLUMN quiet_from INTEGER; -- minute of the day in the shop's zone; NULL: never quiet

ALTER TABLE accounts ADD COLUMN quiet_to INTEGER;

ALTER TABLE listeners ADD COLUMN heartbeat_at BIGINT; -- NULL: a device that does not report that it is alive

CREATE INDEX orders_by_account ON orders (account_id, paid_at);
