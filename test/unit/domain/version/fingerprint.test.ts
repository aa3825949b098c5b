import { describe, expect, test } from 'vitest';
import { compareIdentities, fingerprintsOf, vectorNameOf } from '../../../../src/domain/version/fingerprint.js';
import type { VersionIdentity } from '../../../../src/domain/version/identity.js';

const identity: VersionIdentity = {
  embedder: {
    provider: 'static',
    model: 'wordllama-256',
    revision: 'a'.repeat(64),
    dtype: 'f32',
    pooling: 'mean',
    normalize: true,
    dimensions: 64,
    maxTokens: 0,
    truncation: 'cut',
    documentPrefix: '',
    queryPrefix: '',
  },
  chunker: { kind: 'markdown', parameters: { maxTokens: 256, overlapTokens: 32 }, algorithm: 1, tokenizer: 'bpe-1' },
  schema: {
    payloadVersion: 1,
    payloadIndexes: [{ field: 'doc_id', type: 'keyword' }],
    distance: 'Cosine',
    onDisk: false,
    quantization: 'none',
  },
};

describe('fingerprintsOf()', () => {
  test('gives 64 hex digits a part and the same ones whatever the order of keys', () => {
    const reversed = { ...identity, embedder: Object.fromEntries(Object.entries(identity.embedder).reverse()) };
    const fingerprints = fingerprintsOf(identity);
    expect(Object.values(fingerprints).every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
    expect(fingerprintsOf(reversed as unknown as VersionIdentity)).toEqual(fingerprints);
  });

  test('moves the version fingerprint and only the part that changed', () => {
    const before = fingerprintsOf(identity);
    const after = fingerprintsOf({ ...identity, chunker: { ...identity.chunker, algorithm: 2 } });
    expect(after.chunker).not.toBe(before.chunker);
    expect(after.version).not.toBe(before.version);
    expect([after.embedder, after.schema]).toEqual([before.embedder, before.schema]);
  });

  test('changes with every single field of an embedder, so that two encoders never share a name', () => {
    const names = new Set([vectorNameOf(fingerprintsOf(identity).embedder)]);
    for (const [field, value] of Object.entries(identity.embedder)) {
      const other = typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${value}x`;
      const changed = { ...identity, embedder: { ...identity.embedder, [field]: other } };
      names.add(vectorNameOf(fingerprintsOf(changed).embedder));
    }
    expect(names.size).toBe(Object.keys(identity.embedder).length + 1);
  });
});

test('vectorNameOf() is "e-" and twelve hex digits of the embedder fingerprint', () => {
  expect(vectorNameOf('0123456789abcdef'.repeat(4))).toBe('e-0123456789ab');
});

describe('compareIdentities()', () => {
  test('says nothing about equal identities', () => {
    expect(compareIdentities(identity, structuredClone(identity))).toEqual([]);
  });

  test('names the part, the field and both values, hashes by their first digits', () => {
    const after: VersionIdentity = {
      embedder: { ...identity.embedder, dimensions: 256, revision: 'b'.repeat(64) },
      chunker: { ...identity.chunker, parameters: { maxTokens: 512, overlapTokens: 32 } },
      schema: { ...identity.schema, distance: 'Dot' },
    };
    expect(compareIdentities(identity, after)).toEqual([
      'embedder: revision aaaaaaaa → bbbbbbbb, dimensions 64 → 256',
      'chunker: maxTokens 256 → 512',
      'schema: distance Cosine → Dot',
    ]);
  });
});
