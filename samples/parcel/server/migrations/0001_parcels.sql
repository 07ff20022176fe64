CREATE TABLE parcels (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  number      text NOT NULL UNIQUE,
  sender      text NOT NULL,
  recipient   text NOT NULL,
  description text NOT NULL,
  created_by  text,
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE parcel_events (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  parcel_id   bigint NOT NULL REFERENCES parcels (id) ON DELETE CASCADE,
  status      text NOT NULL,
  place       text NOT NULL,
  happened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- A step happens once, however often its job is tried.
  UNIQUE (parcel_id, status)
);

-- Whoever listens hears of an event when, and only when, its transaction was committed.
CREATE FUNCTION announce_parcel_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify(
    'parcel_events',
    json_build_object(
      'id', NEW.id,
      'number', (SELECT number FROM parcels WHERE id = NEW.parcel_id),
      'status', NEW.status,
      'place', NEW.place,
      'happenedAt', NEW.happened_at
    )::text
  );
  RETURN NULL;
END
$$;

CREATE TRIGGER parcel_events_announced AFTER INSERT ON parcel_events
  FOR EACH ROW EXECUTE FUNCTION announce_parcel_event();
