-- Vectors by sha256(fingerprint, role, exact text); float32, little-endian.
CREATE TABLE embedding_cache (
  key bytea PRIMARY KEY CHECK (octet_length(key) = 32),
  vector bytea NOT NULL CHECK (octet_length(vector) > 0 AND octet_length(vector) % 4 = 0)
);
-- Floats do not compress.
ALTER TABLE embedding_cache ALTER COLUMN vector SET STORAGE EXTERNAL;
