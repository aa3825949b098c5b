import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ALLOWED_TRANSITIONS,
  allowedTransitions,
  isCandidateState,
  statesBefore,
  transition,
} from '../../../../src/domain/version/transitions.js';
import { VERSION_STATES } from '../../../../src/domain/version/version.js';

const states = fc.constantFrom(...VERSION_STATES);

test('a version travels from planned to live, gives way, comes back and is retired', () => {
  const life = [
    'building',
    'paused',
    'building',
    'built',
    'verified',
    'compared',
    'approved',
    'live',
    'previous',
  ] as const;
  let state: (typeof VERSION_STATES)[number] = 'planned';
  for (const next of [...life, 'live', 'previous', 'retired'] as const) state = transition(state, next);
  expect(state).toBe('retired');
});

test('no state on the way may be skipped', () => {
  expect(() => transition('building', 'verified')).toThrow(/cannot go from building to verified/);
  expect(() => transition('verified', 'approved')).toThrow(expect.objectContaining({ code: 'ILLEGAL_TRANSITION' }));
  expect(() => transition('compared', 'live')).toThrow(expect.objectContaining({ code: 'ILLEGAL_TRANSITION' }));
});

test('a live version can neither fail nor be cancelled: it only gives way to another', () => {
  expect(allowedTransitions('live')).toEqual(['previous']);
});

test('a failed version may be built again, a rejected or cancelled one may not', () => {
  expect(transition('failed', 'building')).toBe('building');
  expect(() => transition('rejected', 'building')).toThrow();
  expect(() => transition('cancelled', 'building')).toThrow();
});

test('exactly the states that can still fail are those of a candidate', () => {
  expect(VERSION_STATES.filter(isCandidateState)).toEqual([
    'planned',
    'building',
    'paused',
    'built',
    'verified',
    'compared',
    'approved',
  ]);
});

test('transition() agrees with the table in both directions, and repeating a step is harmless', () => {
  fc.assert(
    fc.property(states, states, (from, to) => {
      const listed = ALLOWED_TRANSITIONS.some(([a, b]) => a === from && b === to);
      expect(statesBefore(to).includes(from)).toBe(listed);
      if (listed || from === to) expect(transition(from, to)).toBe(to);
      else expect(() => transition(from, to)).toThrow();
    }),
  );
});
