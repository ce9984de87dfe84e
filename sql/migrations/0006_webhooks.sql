-- Webhooks of live and of test are apart, and an order that names an address of its own has a secret that its site knows.

ALTER TABLE callbacks ADD COLUMN mode VARCHAR(4) NOT NULL DEFAULT 'live';

CREATE INDEX callbacks_by_mode ON callbacks (merchant_id, mode, created_at);

-- In the place of merchants.webhook_secret from the moment that a site asks for it.
CREATE TABLE notify_secrets (
  merchant_id VARCHAR(21) NOT NULL,
  mode VARCHAR(4) NOT NULL,
  secret VARCHAR(100) NOT NULL,
  previous_secret VARCHAR(100), -- signs beside the present one until previous_until
  previous_until BIGINT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (merchant_id, mode)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
