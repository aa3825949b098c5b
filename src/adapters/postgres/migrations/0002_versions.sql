CREATE TABLE indexes (
  index_name text COLLATE "C" PRIMARY KEY,
  alias text COLLATE "C" NOT NULL UNIQUE,
  config json NOT NULL,
  config_hash text NOT NULL,
  live integer,
  live_epoch bigint NOT NULL DEFAULT 0,
  candidate integer,
  previous integer,
  epoch bigint NOT NULL DEFAULT 0 CHECK (epoch >= 0),
  switch_from integer,
  switch_to integer,
  switch_epoch bigint,
  switch_by text,
  switch_kind text CHECK (switch_kind IN ('promotion', 'rollback')),
  switch_deadline timestamptz,
  hold_by text,
  hold_reason text,
  hold_at timestamptz,
  CHECK (live_epoch <= epoch),
  CHECK ((live IS NULL) = (live_epoch = 0)),
  CHECK (previous IS NULL OR live IS NOT NULL),
  CHECK (live <> candidate AND live <> previous AND candidate <> previous),
  CHECK (num_nonnulls(switch_to, switch_epoch, switch_by, switch_kind, switch_deadline) IN (0, 5)),
  CHECK (switch_from IS NULL OR switch_to IS NOT NULL),
  CHECK (switch_epoch = epoch),
  CHECK (num_nonnulls(hold_by, hold_reason, hold_at) IN (0, 3))
);
CREATE TRIGGER indexes_never_back BEFORE UPDATE ON indexes FOR EACH ROW
  WHEN (NEW.epoch < OLD.epoch OR NEW.live_epoch < OLD.live_epoch) EXECUTE FUNCTION refuse_step_back();

CREATE TABLE versions (
  index_name text COLLATE "C" NOT NULL REFERENCES indexes,
  number integer NOT NULL CHECK (number >= 1),
  state text NOT NULL,
  collection text COLLATE "C" NOT NULL UNIQUE,
  vector_name text NOT NULL,
  identity json NOT NULL,
  embedder_fingerprint text NOT NULL,
  chunker_fingerprint text NOT NULL,
  schema_fingerprint text NOT NULL,
  version_fingerprint text NOT NULL,
  probes json NOT NULL,
  config json NOT NULL,
  policy json NOT NULL,
  digest text NOT NULL CHECK (digest <> ''),
  store text NOT NULL,
  writer bigint NOT NULL DEFAULT 0,
  watermark bigint NOT NULL DEFAULT 0 CHECK (watermark >= 0),
  verified_watermark bigint,
  compared_watermark bigint,
  comparison_id text,
  stopped json,
  started_by text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (index_name, number),
  -- Checked when a statement ends, so that one statement can let live and previous change places.
  CONSTRAINT one_live_version EXCLUDE USING btree (index_name WITH =) WHERE (state = 'live') DEFERRABLE,
  CONSTRAINT one_previous_version EXCLUDE USING btree (index_name WITH =) WHERE (state = 'previous') DEFERRABLE,
  CONSTRAINT one_candidate EXCLUDE USING btree (index_name WITH =)
    WHERE (state IN ('planned', 'building', 'paused', 'built', 'verified', 'compared', 'approved')) DEFERRABLE
);
CREATE TRIGGER versions_never_back BEFORE UPDATE ON versions FOR EACH ROW
  WHEN (NEW.watermark < OLD.watermark OR NEW.writer < OLD.writer
    OR NEW.verified_watermark < OLD.verified_watermark OR NEW.compared_watermark < OLD.compared_watermark)
  EXECUTE FUNCTION refuse_step_back();

ALTER TABLE indexes
  ADD FOREIGN KEY (index_name, live) REFERENCES versions,
  ADD FOREIGN KEY (index_name, candidate) REFERENCES versions,
  ADD FOREIGN KEY (index_name, previous) REFERENCES versions,
  ADD FOREIGN KEY (index_name, switch_from) REFERENCES versions,
  ADD FOREIGN KEY (index_name, switch_to) REFERENCES versions;

-- The same table as src/domain/version/transitions.ts; a contract test compares them.
CREATE TABLE version_transitions (from_state text, to_state text, PRIMARY KEY (from_state, to_state));
INSERT INTO version_transitions VALUES
  ('planned', 'building'),
  ('building', 'paused'), ('building', 'built'),
  ('paused', 'building'),
  ('built', 'verified'),
  ('verified', 'compared'),
  ('compared', 'approved'),
  ('approved', 'live'),
  ('live', 'previous'),
  ('previous', 'live'), ('previous', 'retired'),
  ('failed', 'building');
INSERT INTO version_transitions
  SELECT before, after
  FROM unnest(ARRAY['planned', 'building', 'paused', 'built', 'verified', 'compared', 'approved']) AS before,
       unnest(ARRAY['failed', 'cancelled', 'rejected']) AS after;
INSERT INTO version_transitions VALUES ('failed', 'retired'), ('cancelled', 'retired'), ('rejected', 'retired');

CREATE FUNCTION check_version_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state <> 'planned' THEN
      RAISE EXCEPTION 'A version begins as planned, not as %', NEW.state USING ERRCODE = 'CU001';
    END IF;
  ELSIF NOT EXISTS (SELECT FROM version_transitions WHERE from_state = OLD.state AND to_state = NEW.state) THEN
    RAISE EXCEPTION 'A version cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'CU001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER versions_begin_planned BEFORE INSERT ON versions FOR EACH ROW EXECUTE FUNCTION check_version_state();
CREATE TRIGGER versions_skip_no_state BEFORE UPDATE ON versions FOR EACH ROW
  WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION check_version_state();

-- An index row and the states of its versions tell the same story whenever a transaction commits.
CREATE FUNCTION check_index_agrees() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM indexes i JOIN versions v USING (index_name)
    WHERE i.index_name = NEW.index_name AND (
      (v.state = 'live') <> (v.number IS NOT DISTINCT FROM i.live)
      OR (v.state = 'previous') <> (v.number IS NOT DISTINCT FROM i.previous)
      OR (v.state IN ('planned', 'building', 'paused', 'built', 'verified', 'compared', 'approved'))
         <> (v.number IS NOT DISTINCT FROM i.candidate))
  ) THEN
    RAISE EXCEPTION 'The row of index % and the states of its versions disagree', NEW.index_name USING ERRCODE = 'CU003';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER indexes_agree AFTER INSERT OR UPDATE ON indexes DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_index_agrees();
CREATE CONSTRAINT TRIGGER versions_agree AFTER INSERT OR UPDATE OF state ON versions DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION check_index_agrees();
