-- Apart from the wide version rows, because every batch adds to it.
CREATE TABLE version_totals (
  index_name text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  documents bigint NOT NULL DEFAULT 0,
  chunks bigint NOT NULL DEFAULT 0,
  quarantined bigint NOT NULL DEFAULT 0,
  embedded bigint NOT NULL DEFAULT 0,
  cache_hits bigint NOT NULL DEFAULT 0,
  reused bigint NOT NULL DEFAULT 0,
  tokens bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (index_name, number),
  FOREIGN KEY (index_name, number) REFERENCES versions
) WITH (fillfactor = 50);

-- What a version's collection holds of each document. The totals' trigger refuses unknown versions once a statement.
CREATE TABLE ledger (
  index_name text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  doc_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  applied_revision bigint,
  content_hash text NOT NULL,
  chunk_count integer NOT NULL CHECK (chunk_count >= 0),
  chunk_digest text NOT NULL,
  quarantine text,
  PRIMARY KEY (index_name, number, doc_id),
  CHECK (applied_revision <= revision)
);
CREATE INDEX ledger_quarantined ON ledger (index_name, number, doc_id) WHERE quarantine IS NOT NULL;
CREATE TRIGGER ledger_never_back BEFORE UPDATE ON ledger FOR EACH ROW
  WHEN (NEW.revision < OLD.revision) EXECUTE FUNCTION refuse_step_back();

CREATE FUNCTION count_new_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE version_totals t SET
    documents = t.documents + d.documents, chunks = t.chunks + d.chunks, quarantined = t.quarantined + d.quarantined
  FROM (SELECT index_name, number, count(applied_revision) AS documents, sum(chunk_count) AS chunks,
               count(quarantine) AS quarantined
        FROM added GROUP BY index_name, number) d
  WHERE t.index_name = d.index_name AND t.number = d.number;
  IF NOT FOUND AND EXISTS (SELECT FROM added) THEN
    RAISE EXCEPTION 'The ledger has no such version' USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_counts_new AFTER INSERT ON ledger REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_new_entries();

CREATE FUNCTION count_changed_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE version_totals t SET
    documents = t.documents + d.documents, chunks = t.chunks + d.chunks, quarantined = t.quarantined + d.quarantined
  FROM (SELECT index_name, number, sum(documents) AS documents, sum(chunks) AS chunks, sum(quarantined) AS quarantined
        FROM (SELECT index_name, number, num_nonnulls(applied_revision) AS documents, chunk_count AS chunks,
                     num_nonnulls(quarantine) AS quarantined FROM after
              UNION ALL
              SELECT index_name, number, -num_nonnulls(applied_revision), -chunk_count,
                     -num_nonnulls(quarantine) FROM before) both_sides
        GROUP BY index_name, number) d
  WHERE t.index_name = d.index_name AND t.number = d.number;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_counts_changed AFTER UPDATE ON ledger REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION count_changed_entries();

-- Who may write points of a slice, until when (database time). A row outlives its attempt, so that attempts are
-- counted on and a superseded lease is waited for.
CREATE TABLE slice_leases (
  index_name text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  from_revision bigint NOT NULL,
  to_revision bigint NOT NULL,
  writer bigint NOT NULL,
  attempt integer NOT NULL CHECK (attempt >= 1),
  lease_until timestamptz NOT NULL,
  state text NOT NULL CHECK (state IN ('held', 'superseded', 'released')),
  head_at_start bigint NOT NULL,
  PRIMARY KEY (index_name, number, from_revision, to_revision),
  FOREIGN KEY (index_name, number) REFERENCES versions,
  CHECK (from_revision < to_revision)
);

-- Documents whose points may be a superseded attempt's.
CREATE TABLE sweeps (
  index_name text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  doc_id text COLLATE "C" NOT NULL,
  queued bigint GENERATED ALWAYS AS IDENTITY,
  PRIMARY KEY (index_name, number, doc_id)
);
