CREATE TABLE queue_history (
  queue     text NOT NULL,
  taken_at  timestamptz NOT NULL,
  waiting   integer NOT NULL,
  active    integer NOT NULL,
  delayed   integer NOT NULL,
  completed bigint NOT NULL,
  failed    bigint NOT NULL,
  PRIMARY KEY (queue, taken_at)
);
