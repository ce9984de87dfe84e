-- Both engines read this file: MySQL-only words stand in /*! */, which SQLite takes for a comment.
-- Times are Unix milliseconds, amounts are whole cents. Frozen once released; later changes get a file of their own.

CREATE TABLE settings (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE admins (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  name VARCHAR(64) NOT NULL UNIQUE,
  password_hash VARCHAR(255), -- NULL until the first password has been chosen
  role VARCHAR(16) NOT NULL,
  created_at BIGINT NOT NULL,
  password_changed_at BIGINT
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE sessions (
  token_hash VARCHAR(64) NOT NULL PRIMARY KEY,
  admin_id VARCHAR(21) NOT NULL,
  csrf_token VARCHAR(64) NOT NULL,
  address VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL -- when the password was last typed
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX sessions_by_admin ON sessions (admin_id);

CREATE TABLE products (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  name VARCHAR(120) NOT NULL,
  description TEXT NOT NULL,
  purchase_note VARCHAR(500) NOT NULL,
  price_cents BIGINT NOT NULL,
  delivery_kind VARCHAR(16) NOT NULL,
  shared_text TEXT NOT NULL,
  max_quantity INTEGER NOT NULL,
  low_stock INTEGER NOT NULL,
  sort INTEGER NOT NULL,
  on_sale_at BIGINT, -- NULL: off the shelf
  unlisted_at BIGINT, -- set: reachable by its link only
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE stock_items (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  product_id VARCHAR(21) NOT NULL,
  batch_id VARCHAR(21) NOT NULL,
  position INTEGER NOT NULL,
  content TEXT NOT NULL,
  content_hash VARCHAR(64) NOT NULL,
  order_id VARCHAR(21), -- the one order this key belongs to
  created_at BIGINT NOT NULL,
  assigned_at BIGINT,
  voided_at BIGINT,
  UNIQUE (product_id, content_hash)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX stock_items_free ON stock_items (product_id, order_id, voided_at, created_at, position);

CREATE INDEX stock_items_by_order ON stock_items (order_id);

CREATE INDEX stock_items_by_batch ON stock_items (batch_id);

CREATE TABLE accounts (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  channel VARCHAR(16) NOT NULL,
  name VARCHAR(64) NOT NULL,
  enabled_at BIGINT,
  created_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE payee_codes (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  account_id VARCHAR(21) NOT NULL,
  amount_cents BIGINT, -- NULL: a free-amount code, the buyer types the amount
  payload VARCHAR(512) NOT NULL,
  payload_key VARCHAR(64) NOT NULL UNIQUE, -- hash of the payload in its comparable form
  enabled_at BIGINT,
  verified_at BIGINT, -- a payment of exactly this amount matched an order that showed it
  created_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX payee_codes_by_account ON payee_codes (account_id, amount_cents);

CREATE TABLE listeners (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  name VARCHAR(64) NOT NULL,
  secret VARCHAR(128) NOT NULL,
  enabled_at BIGINT,
  created_at BIGINT NOT NULL,
  checked_at BIGINT, -- last configuration check
  noticed_at BIGINT, -- last notice
  last_address VARCHAR(64)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE listener_accounts (
  listener_id VARCHAR(21) NOT NULL,
  channel VARCHAR(16) NOT NULL,
  account_id VARCHAR(21) NOT NULL,
  PRIMARY KEY (listener_id, channel)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- One order per account and amount: the primary key is the rule. held_until is also the moment from which
-- the amount rests. Rows stay and are taken over. No foreign key to orders: a notice locks slot before order.
CREATE TABLE amount_slots (
  account_id VARCHAR(21) NOT NULL,
  amount_cents BIGINT NOT NULL,
  order_id VARCHAR(21), -- NULL: never used
  claimed_at BIGINT NOT NULL, -- money received before then was not meant for this order
  held_until BIGINT NOT NULL,
  PRIMARY KEY (account_id, amount_cents)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX amount_slots_by_order ON amount_slots (order_id);

CREATE TABLE orders (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  product_id VARCHAR(21) NOT NULL,
  product_name VARCHAR(120) NOT NULL,
  quantity INTEGER NOT NULL,
  price_cents BIGINT NOT NULL, -- the list price of the whole order
  due_cents BIGINT NOT NULL, -- exactly what must be paid
  channel VARCHAR(16) NOT NULL,
  account_id VARCHAR(21) NOT NULL,
  code_id VARCHAR(21), -- the payee code that was shown
  code_payload VARCHAR(512) NOT NULL,
  code_fixed_at BIGINT, -- set: the code carries the amount itself
  state VARCHAR(20) NOT NULL,
  email VARCHAR(254) NOT NULL,
  locale VARCHAR(8) NOT NULL,
  buyer_hash VARCHAR(64) NOT NULL, -- the browser that ordered
  access_token VARCHAR(32) NOT NULL, -- proof carried by the link in the e-mail
  address VARCHAR(64) NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  late_until BIGINT NOT NULL, -- money received until then settles the order by itself
  extended_at BIGINT,
  expired_at BIGINT,
  cancelled_at BIGINT,
  paid_at BIGINT,
  paid_by VARCHAR(16), -- matched, late, assigned or marked
  delivered_at BIGINT,
  delivered_text TEXT, -- what was handed over when it is not card keys
  reported_at BIGINT, -- the buyer says that it was paid
  seller_note VARCHAR(500) NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX orders_by_time ON orders (created_at);

CREATE INDEX orders_by_state ON orders (state, expires_at);

CREATE INDEX orders_by_email ON orders (email, created_at);

CREATE INDEX orders_by_buyer ON orders (buyer_hash, created_at);

CREATE INDEX orders_by_address ON orders (address, created_at);

CREATE INDEX orders_by_product ON orders (product_id, state);

CREATE INDEX orders_by_paid ON orders (paid_at);

CREATE TABLE order_events (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  order_id VARCHAR(21) NOT NULL,
  at BIGINT NOT NULL,
  step INTEGER NOT NULL, -- order of events of one moment
  kind VARCHAR(32) NOT NULL,
  actor VARCHAR(64) NOT NULL,
  detail TEXT NOT NULL -- JSON
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX order_events_by_order ON order_events (order_id, at, step);

-- Money that arrived. Never edited but for its match. settles_order_id is set on the one payment that paid an
-- order: unique, so that no order is paid twice.
CREATE TABLE payments (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  listener_id VARCHAR(21) NOT NULL,
  account_id VARCHAR(21),
  channel VARCHAR(16),
  amount_cents BIGINT,
  raw_price TEXT NOT NULL,
  raw_type TEXT NOT NULL,
  address VARCHAR(64) NOT NULL,
  received_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  notice_key VARCHAR(64) UNIQUE, -- equal on every repetition of one notice, where the notice can say so
  match_kind VARCHAR(16) NOT NULL,
  order_id VARCHAR(21), -- the order it settled, was a surplus of, or is suggested for
  settles_order_id VARCHAR(21) UNIQUE
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX payments_by_time ON payments (received_at);

CREATE INDEX payments_by_match ON payments (match_kind, received_at);

CREATE INDEX payments_by_order ON payments (order_id);

-- Work that must happen after commit. job_key names the work, so that it is asked for once.
CREATE TABLE jobs (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  kind VARCHAR(32) NOT NULL,
  job_key VARCHAR(96) NOT NULL UNIQUE,
  order_id VARCHAR(21),
  payload TEXT NOT NULL, -- JSON
  attempts INTEGER NOT NULL,
  due_at BIGINT NOT NULL,
  leased_by VARCHAR(21),
  leased_until BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT,
  dead_at BIGINT,
  last_error VARCHAR(500)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX jobs_due ON jobs (done_at, dead_at, due_at);

CREATE INDEX jobs_by_order ON jobs (order_id);

CREATE TABLE audit_entries (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  actor VARCHAR(64) NOT NULL,
  address VARCHAR(64) NOT NULL,
  action VARCHAR(64) NOT NULL,
  subject VARCHAR(64) NOT NULL,
  before_value TEXT NOT NULL, -- JSON
  after_value TEXT NOT NULL -- JSON
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX audit_entries_by_time ON audit_entries (at);

CREATE TABLE alerts (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  kind VARCHAR(32) NOT NULL,
  subject VARCHAR(254) NOT NULL,
  detail TEXT NOT NULL, -- JSON
  seen_at BIGINT
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX alerts_by_time ON alerts (seen_at, at);
