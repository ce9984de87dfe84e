-- What was given up is counted whenever the console is looked at, and it is little beside what was delivered.

CREATE INDEX callbacks_by_death ON callbacks (dead_at);

CREATE INDEX callbacks_by_first ON callbacks (redelivery_of);
