CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'CU004';
END $$;

-- Sealed reports, with the runs they were computed from.
CREATE TABLE comparisons (
  sealed bigint GENERATED ALWAYS AS IDENTITY,
  id text PRIMARY KEY,
  index_name text COLLATE "C" NOT NULL,
  live integer,
  candidate integer NOT NULL,
  verdict text,
  golden_set text NOT NULL,
  report json NOT NULL,
  digest text NOT NULL CHECK (digest <> ''),
  created_at timestamptz NOT NULL,
  live_run bytea,
  candidate_run bytea NOT NULL,
  FOREIGN KEY (index_name, live) REFERENCES versions,
  FOREIGN KEY (index_name, candidate) REFERENCES versions
);
CREATE INDEX comparisons_by_candidate ON comparisons (index_name, candidate, sealed);

-- The latest row of a version is the one that stands.
CREATE TABLE decisions (
  stored bigint GENERATED ALWAYS AS IDENTITY,
  id text PRIMARY KEY,
  index_name text COLLATE "C" NOT NULL,
  number integer NOT NULL,
  answer text NOT NULL CHECK (answer IN ('approved', 'rejected')),
  decided_by text NOT NULL CHECK (decided_by <> ''),
  reason text NOT NULL,
  override boolean NOT NULL,
  version_digest text NOT NULL CHECK (version_digest ~ '^[0-9a-f]{64}$'),
  report_digest text NOT NULL CHECK (report_digest ~ '^[0-9a-f]{64}$'),
  live_epoch bigint NOT NULL,
  expires_at timestamptz NOT NULL,
  decided_at timestamptz NOT NULL,
  FOREIGN KEY (index_name, number) REFERENCES versions
);
CREATE INDEX decisions_by_version ON decisions (index_name, number, stored);

CREATE TABLE alias_history (
  index_name text COLLATE "C" NOT NULL REFERENCES indexes,
  epoch bigint NOT NULL,
  alias text NOT NULL,
  from_version integer,
  to_version integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('promotion', 'rollback')),
  moved_by text NOT NULL,
  moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (index_name, epoch)
);

CREATE TABLE audit (
  entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  index_name text COLLATE "C" NOT NULL,
  actor text NOT NULL,
  action text NOT NULL CHECK (action <> ''),
  detail json NOT NULL
);
CREATE INDEX audit_by_index ON audit (index_name, entry);

CREATE TRIGGER comparisons_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON comparisons
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER decisions_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON decisions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER alias_history_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON alias_history
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
