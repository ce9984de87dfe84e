-- The API edition: merchants with their keys and orders, and our signed calls to their sites.

CREATE TABLE merchants (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  pid INTEGER NOT NULL UNIQUE,
  name VARCHAR(64) NOT NULL,
  enabled_at BIGINT,
  default_at BIGINT, -- the latest answers at the root paths, where a protocol names no merchant
  channels VARCHAR(128) NOT NULL, -- JSON; an empty list is every channel of the shop
  account_ids TEXT NOT NULL, -- JSON; an empty list is every account
  return_hosts TEXT NOT NULL, -- JSON: hosts to which a buyer is sent without a question
  callback_method VARCHAR(4) NOT NULL, -- GET or POST, where the protocol leaves the choice
  qrcode_at BIGINT, -- set: mapi.php answers the code itself where it has the amount in it
  orders_per_minute INTEGER NOT NULL, -- 0: no limit
  webhook_secret VARCHAR(100) NOT NULL, -- signs the calls that an order of the API asked for by itself
  created_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE TABLE merchant_keys (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  merchant_id VARCHAR(21) NOT NULL,
  kind VARCHAR(8) NOT NULL, -- md5: the key of the older protocols; live, test: bearer keys of the API
  name VARCHAR(64) NOT NULL,
  secret VARCHAR(128), -- md5 only: it is needed to check and to sign
  secret_hash VARCHAR(64) NOT NULL UNIQUE,
  hint VARCHAR(8) NOT NULL, -- its last characters
  scopes VARCHAR(255) NOT NULL, -- JSON
  created_at BIGINT NOT NULL,
  expires_at BIGINT, -- the end of the overlap after a rotation
  revoked_at BIGINT,
  used_at BIGINT
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX merchant_keys_by_merchant ON merchant_keys (merchant_id, kind);

-- What a merchant asked for, beside the order that it became. Once per merchant, mode and number of theirs.
CREATE TABLE merchant_orders (
  order_id VARCHAR(21) NOT NULL PRIMARY KEY,
  merchant_id VARCHAR(21) NOT NULL,
  protocol VARCHAR(16) NOT NULL,
  mode VARCHAR(4) NOT NULL, -- live or test
  out_trade_no VARCHAR(150) NOT NULL,
  trade_no VARCHAR(20) NOT NULL UNIQUE,
  key_id VARCHAR(21), -- the key that signed the request
  notify_url VARCHAR(1024) NOT NULL,
  return_url VARCHAR(1024) NOT NULL,
  request TEXT NOT NULL, -- JSON: what the merchant sent and gets back unchanged
  request_hash VARCHAR(64) NOT NULL, -- of what may not change when the same order is asked for again
  channel_fixed_at BIGINT, -- set: the merchant named the channel, the buyer cannot change it
  created_at BIGINT NOT NULL,
  UNIQUE (merchant_id, mode, out_trade_no)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX merchant_orders_by_number ON merchant_orders (out_trade_no);

CREATE INDEX merchant_orders_by_time ON merchant_orders (merchant_id, mode, created_at);

CREATE TABLE webhook_endpoints (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  merchant_id VARCHAR(21) NOT NULL,
  mode VARCHAR(4) NOT NULL,
  url VARCHAR(1024) NOT NULL,
  events TEXT NOT NULL, -- JSON; an empty list is every event
  secret VARCHAR(100) NOT NULL,
  previous_secret VARCHAR(100), -- signs beside the present one until previous_until
  previous_until BIGINT,
  enabled_at BIGINT,
  created_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX webhook_endpoints_by_merchant ON webhook_endpoints (merchant_id, mode);

-- One row per order, event and receiver; its id is the same on every attempt. The attempts stand beside.
CREATE TABLE callbacks (
  id VARCHAR(32) NOT NULL PRIMARY KEY,
  callback_key VARCHAR(160) NOT NULL UNIQUE,
  merchant_id VARCHAR(21) NOT NULL,
  order_id VARCHAR(21),
  endpoint_id VARCHAR(21),
  protocol VARCHAR(16) NOT NULL,
  event VARCHAR(32) NOT NULL,
  url VARCHAR(1024) NOT NULL,
  host VARCHAR(260) NOT NULL, -- host and port, so that a slow site delays no other
  body TEXT NOT NULL, -- JSON of a webhook; empty where the protocol has a query
  redelivery_of VARCHAR(32),
  created_at BIGINT NOT NULL,
  delivered_at BIGINT,
  dead_at BIGINT
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX callbacks_by_order ON callbacks (order_id);

CREATE INDEX callbacks_by_merchant ON callbacks (merchant_id, created_at);

CREATE INDEX callbacks_by_time ON callbacks (created_at);

CREATE TABLE callback_attempts (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  callback_id VARCHAR(32) NOT NULL,
  number INTEGER NOT NULL,
  at BIGINT NOT NULL,
  method VARCHAR(4) NOT NULL,
  url TEXT NOT NULL,
  headers TEXT NOT NULL, -- JSON
  body TEXT NOT NULL,
  status INTEGER, -- NULL: there was no answer
  answer TEXT NOT NULL, -- its first 4 KiB
  error VARCHAR(200) NOT NULL,
  took_ms INTEGER NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX callback_attempts_by_callback ON callback_attempts (callback_id, number);

-- The first answer to a request of the API, given again to whoever asks with the same key.
CREATE TABLE idempotency_keys (
  key_hash VARCHAR(64) NOT NULL PRIMARY KEY, -- of merchant, mode and key
  request_hash VARCHAR(64) NOT NULL,
  status INTEGER, -- NULL while the first request is under way
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX idempotency_keys_by_time ON idempotency_keys (created_at);

ALTER TABLE orders ADD COLUMN merchant_id VARCHAR(21); -- NULL: an order of the shop itself

ALTER TABLE orders ADD COLUMN test_at BIGINT; -- set: nobody pays it, it counts nowhere

ALTER TABLE payments ADD COLUMN test_at BIGINT;

ALTER TABLE accounts ADD COLUMN test_at BIGINT; -- set: a wallet that does not exist, for test orders

CREATE INDEX orders_by_merchant ON orders (merchant_id, created_at);
