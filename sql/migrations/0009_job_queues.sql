-- Jobs that must not crowd each other out stand in queues: callbacks to one host are sent few at a time.

ALTER TABLE jobs ADD COLUMN queue VARCHAR(260) NOT NULL DEFAULT ''; -- whom the job would keep waiting; empty: nobody

ALTER TABLE jobs ADD COLUMN failures INTEGER NOT NULL DEFAULT 0; -- attempts that ended; one that was cut off is none

CREATE INDEX jobs_by_queue ON jobs (kind, done_at, dead_at, queue, due_at, leased_until);
