CREATE TABLE schedules (
  name    text PRIMARY KEY,
  pattern text NOT NULL,
  next_at timestamptz NOT NULL
);

CREATE TABLE schedule_ticks (
  schedule  text NOT NULL REFERENCES schedules (name) ON DELETE CASCADE,
  due_at    timestamptz NOT NULL,
  queued_at timestamptz,
  ran_at    timestamptz,
  -- What keeps two schedulers from running a tick twice.
  PRIMARY KEY (schedule, due_at)
);

CREATE INDEX schedule_ticks_not_queued ON schedule_ticks (due_at) WHERE queued_at IS NULL;
