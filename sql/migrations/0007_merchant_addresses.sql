-- Where a merchant's site is told and where its buyers go back, for protocols in which a request need not say so.

ALTER TABLE merchants ADD COLUMN notify_url VARCHAR(1024) NOT NULL DEFAULT '';

ALTER TABLE merchants ADD COLUMN return_url VARCHAR(1024) NOT NULL DEFAULT '';
