import { describe, expect, test } from 'vitest';
import {
  chooseVectorServer,
  countFailure,
  planRecovery,
  planStack,
  restartDelayMs,
} from '../../../src/local/stack-plan.js';

const databaseUrl = 'postgres://db.example:5432/cutover';
const temporalAddress = 'temporal.example:7233';
const qdrantUrl = 'http://qdrant.example:6333';

describe('planStack()', () => {
  test('starts everything when nothing is configured, asked for or not', () => {
    const services = ['postgres', 'temporal', 'vectors', 'worker', 'gateway'];
    expect(planStack({}, false)).toEqual({ kind: 'start', services });
    expect(planStack({}, true)).toEqual({ kind: 'start', services });
  });

  test('names what is missing in a half-configured environment', () => {
    expect(planStack({ qdrantUrl }, false)).toEqual({
      kind: 'incomplete',
      missing: ['postgres', 'temporal'],
      configured: ['vectors'],
    });
  });

  test('starts just the missing parts when a person asks for them', () => {
    expect(planStack({ databaseUrl, qdrantUrl }, true)).toEqual({
      kind: 'start',
      services: ['temporal', 'worker', 'gateway'],
    });
  });

  test('leaves a fully configured environment alone, unless a person asks for worker and gateway', () => {
    const environment = { databaseUrl, temporalAddress, qdrantUrl };
    expect(planStack(environment, false)).toEqual({ kind: 'external' });
    expect(planStack(environment, true)).toEqual({ kind: 'start', services: ['worker', 'gateway'] });
  });

  test('takes an empty variable for one that is not set', () => {
    expect(planStack({ databaseUrl: '' }, false).kind).toBe('start');
  });
});

describe('restarting', () => {
  test('restartDelayMs() doubles from 200 ms and stays below the promised 5 s', () => {
    expect([1, 2, 3, 4, 5, 6, 100].map(restartDelayMs)).toEqual([200, 400, 800, 1600, 3200, 4000, 4000]);
  });

  test('countFailure() counts deaths in a row, which 30 healthy seconds end', () => {
    expect(countFailure(0, 0)).toBe(1);
    expect(countFailure(3, 29_999)).toBe(4);
    expect(countFailure(3, 30_000)).toBe(1);
  });
});

describe('planRecovery()', () => {
  const left = { alive: true, healthy: true, ipc: false, sameCommand: true };

  test('goes on with a healthy process that was started the way we would start it', () => {
    expect(planRecovery(left)).toBe('adopt');
  });

  test.each([
    ['does not answer', { ...left, healthy: false }],
    ['was started differently', { ...left, sameCommand: false }],
    ['is a Node child, which lost its channel', { ...left, ipc: true }],
  ])('ends a process that %s', (_, facts) => {
    expect(planRecovery(facts)).toBe('stop');
  });

  test('finds nothing to do when nothing runs', () => {
    expect(planRecovery({ ...left, alive: false })).toBe('none');
  });
});

test('chooseVectorServer() prefers Qdrant, but not over collections that the embedded server holds', () => {
  expect(chooseVectorServer({ qdrantOnPath: true, holdsEmbeddedData: false })).toBe('qdrant');
  expect(chooseVectorServer({ qdrantOnPath: true, holdsEmbeddedData: true })).toBe('embedded');
  expect(chooseVectorServer({ qdrantOnPath: false, holdsEmbeddedData: false })).toBe('embedded');
});
