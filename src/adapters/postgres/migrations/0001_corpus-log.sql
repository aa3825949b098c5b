-- One installation of cutover. Collections carry this id, so that two registries never fight over one Qdrant.
CREATE TABLE registry (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO registry DEFAULT VALUES;

-- Attached with a WHEN clause that says which step is meant.
CREATE FUNCTION refuse_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'A counter of % may not go back', TG_TABLE_NAME USING ERRCODE = 'CU002';
END $$;

-- Its row lock orders everything that writes to the log, and so the revisions.
CREATE TABLE corpora (
  index_name text COLLATE "C" PRIMARY KEY,
  head_revision bigint NOT NULL DEFAULT 0 CHECK (head_revision >= 0),
  present bigint NOT NULL DEFAULT 0 CHECK (present >= 0),
  scan bigint NOT NULL DEFAULT 0 CHECK (scan >= 0),
  freeze_owner text,
  freeze_until timestamptz,
  CHECK (num_nonnulls(freeze_owner, freeze_until) IN (0, 2))
);
CREATE TRIGGER corpora_never_back BEFORE UPDATE ON corpora FOR EACH ROW
  WHEN (NEW.head_revision < OLD.head_revision OR NEW.scan < OLD.scan) EXECUTE FUNCTION refuse_step_back();

-- One row per document. `attributes` is json, not jsonb: it keeps NUL and half surrogate pairs as they came.
-- No foreign key to corpora: every writer holds that row's lock, and a check per document would cost as much as the row.
CREATE TABLE documents (
  index_name text COLLATE "C" NOT NULL,
  doc_id text COLLATE "C" NOT NULL,
  revision bigint NOT NULL CHECK (revision > 0),
  kind text NOT NULL CHECK (kind IN ('present', 'deleted')),
  content_hash text NOT NULL,
  content_key text COLLATE "C",
  text_bytes integer NOT NULL DEFAULT 0 CHECK (text_bytes >= 0),
  attributes json NOT NULL,
  seen_scan bigint NOT NULL DEFAULT 0,
  misses integer NOT NULL DEFAULT 0 CHECK (misses >= 0),
  missed_scan bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (index_name, doc_id),
  CHECK (kind = 'present' OR content_key IS NULL)
) WITH (fillfactor = 85);
CREATE UNIQUE INDEX documents_by_revision ON documents (index_name, revision) INCLUDE (text_bytes);
CREATE TRIGGER documents_never_back BEFORE UPDATE ON documents FOR EACH ROW
  WHEN (NEW.revision < OLD.revision) EXECUTE FUNCTION refuse_step_back();

-- Extracted text by what it was extracted from; shared by all indexes.
CREATE TABLE contents (
  content_key text COLLATE "C" PRIMARY KEY,
  codec smallint NOT NULL,
  body bytea NOT NULL
);
-- Compressed already.
ALTER TABLE contents ALTER COLUMN body SET STORAGE EXTERNAL;
