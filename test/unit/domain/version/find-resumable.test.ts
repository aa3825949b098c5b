import { describe, expect, test } from 'vitest';
import { findResumable } from '../../../../src/domain/version/find-resumable.js';
import type { IndexVersion } from '../../../../src/domain/version/version.js';

const wanted = { digest: 'd', config: { limits: { maxQuarantineShare: 0.01 } }, store: 'qdrant' };

const version = (number: number, change: Partial<IndexVersion> = {}): IndexVersion =>
  ({ number, state: 'failed', ...wanted, ...change }) as IndexVersion;

const stopped = (type: string) => ({ type, message: '', revision: 0, at: '' });

describe('findResumable()', () => {
  test('takes the newest failed version of the same configuration', () => {
    expect(findResumable([version(1), version(2), version(3, { state: 'rejected' })], wanted)?.number).toBe(2);
  });

  test.each([
    ['cancelled', { state: 'cancelled' }],
    ['of another digest', { digest: 'other' }],
    ['in another vector store', { store: 'elsewhere' }],
    ['planned with other limits', { config: { limits: { maxQuarantineShare: 0.1 } } }],
  ] as const)('passes over one that is %s', (_, change) => {
    expect(findResumable([version(1, change)], wanted)).toBeUndefined();
  });

  test.each(['AUTH_FAILED', 'QUARANTINE_LIMIT', 'NOT_CONVERGING'])('goes on after %s', (type) => {
    expect(findResumable([version(1, { stopped: stopped(type) })], wanted)?.number).toBe(1);
  });

  test.each(['VERIFY_FAILED', 'ENCODER_CHANGED', 'CHUNKER_CHANGED', 'FOREIGN_COLLECTION'])(
    'begins anew after %s, and does not fall back on an older one',
    (type) => {
      expect(findResumable([version(1), version(2, { stopped: stopped(type) })], wanted)).toBeUndefined();
    },
  );
});
