-- Listener devices of several dialects, and the rules by which a wallet's notification is read.

ALTER TABLE listeners ADD COLUMN dialect VARCHAR(16) NOT NULL DEFAULT 'own';

ALTER TABLE listeners ADD COLUMN bound_to VARCHAR(1000) NOT NULL DEFAULT '[]'; -- JSON: addresses and networks; an empty list is any

ALTER TABLE listeners ADD COLUMN newer_only_at BIGINT; -- set: what can be sent again by whoever saw it pays nothing

ALTER TABLE listeners ADD COLUMN old_form_at BIGINT; -- last notice that whoever saw it could send again

ALTER TABLE listeners ADD COLUMN clock_offset_ms BIGINT; -- its clock minus ours, where it tells the time

ALTER TABLE listeners ADD COLUMN silent_at BIGINT; -- set: reported that it is alive, and then fell silent

ALTER TABLE listeners ADD COLUMN app VARCHAR(120); -- what the app says of itself

-- Where a device's notices came from; an IPv6 address as its /64.
CREATE TABLE listener_addresses (
  listener_id VARCHAR(21) NOT NULL,
  network VARCHAR(64) NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (listener_id, network)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

ALTER TABLE payments ADD COLUMN notice_content VARCHAR(64); -- hash of what is equal too when notice_key is

ALTER TABLE payments ADD COLUMN happened_at BIGINT; -- when the phone saw it, by our clock; NULL: it does not say so

ALTER TABLE payments ADD COLUMN warning VARCHAR(16);

ALTER TABLE payments ADD COLUMN raw_text TEXT; -- the notification, where its amount was read here

ALTER TABLE payments ADD COLUMN read_by VARCHAR(40); -- rule@version

CREATE INDEX payments_by_listener ON payments (listener_id, received_at);

-- How a notification is read. default_key names a rule of the program, which newer versions mend unless it was edited.
CREATE TABLE notification_rules (
  id VARCHAR(21) NOT NULL PRIMARY KEY,
  default_key VARCHAR(40) UNIQUE,
  version INTEGER NOT NULL,
  name VARCHAR(64) NOT NULL,
  app VARCHAR(120) NOT NULL, -- the package that shows the notification
  channel VARCHAR(16) NOT NULL,
  kind VARCHAR(16) NOT NULL, -- money, alert, doubt, ignore, merged, total
  titles TEXT NOT NULL, -- JSON: any one of them fits the title
  texts TEXT NOT NULL, -- JSON: any one of them fits the text
  priority INTEGER NOT NULL, -- the highest that fits decides
  samples TEXT NOT NULL, -- JSON
  enabled_at BIGINT,
  edited_at BIGINT, -- NULL: as the program brought it
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

-- Signatures that serve once, as long as they are fresh.
CREATE TABLE spent_signs (
  sign_key VARCHAR(64) NOT NULL PRIMARY KEY,
  content_hash VARCHAR(64) NOT NULL,
  spent_at BIGINT NOT NULL
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;

CREATE INDEX spent_signs_by_time ON spent_signs (spent_at);

-- The last number of the day that a wallet told, so that a payment nobody reported leaves a gap.
CREATE TABLE day_counts (
  listener_id VARCHAR(21) NOT NULL,
  channel VARCHAR(16) NOT NULL,
  day VARCHAR(10) NOT NULL,
  nth INTEGER NOT NULL,
  total_cents BIGINT,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (listener_id, channel)
) /*! ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin */;
