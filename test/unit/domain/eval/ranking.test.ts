import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collapseChunks } from '../../../../src/domain/eval/collapse-chunks.js';
import { rankRun } from '../../../../src/domain/eval/rank-run.js';
import { compareDocnos, trecToken } from '../../../../src/domain/eval/trec-token.js';
import { formatTrecQrels, formatTrecRun } from '../../../../src/domain/eval/trec.js';
import { docId } from '../../../../src/domain/ids.js';

const scored = (entries: readonly (readonly [string, number])[]) =>
  entries.map(([id, score]) => ({ docId: docId(id), score }));
const idsOf = (ranking: readonly { readonly docId: string }[]) => ranking.map((entry) => entry.docId);

describe('rankRun()', () => {
  test('orders by score, ties by document number descending by bytes, as trec_eval does', () => {
    // "9" > "10" by bytes, whatever the numbers say.
    expect(
      idsOf(
        rankRun(
          scored([
            ['10', 0.5],
            ['9', 0.5],
            ['a', 0.1],
            ['7', 0.9],
          ]),
        ),
      ),
    ).toEqual(['7', '9', '10', 'a']);
  });

  test('takes scores that differ only beyond float32 for tied, as trec_eval 9 does', () => {
    expect(
      idsOf(
        rankRun(
          scored([
            ['a', 0.30000000000000004],
            ['b', 0.3],
          ]),
        ),
      ),
    ).toEqual(['b', 'a']);
  });

  test('gives one order whatever order the documents came in', () => {
    const entry = fc.record({
      docId: fc.string({ unit: 'grapheme', minLength: 1 }).map(docId),
      score: fc.constantFrom(0, 0.25, 0.5),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: (item) => item.docId }), (documents) => {
        expect(rankRun([...documents].reverse())).toEqual(rankRun(documents));
      }),
    );
  });
});

test('compareDocnos() orders as the UTF-8 bytes do, astral characters included', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(compareDocnos(a, b))).toBe(bytes);
    }),
  );
  // By UTF-16 code units the emoji would come first.
  expect(compareDocnos('\u{1f600}', '\uffee')).toBeGreaterThan(0);
});

test('trecToken() leaves nothing a TREC file would be split at, and keeps ids apart', () => {
  expect(trecToken('guides/set up.md')).toBe('guides/set%20up.md');
  expect(trecToken('guides/set%20up.md')).toBe('guides/set%2520up.md');
  expect(trecToken('plain-id_7')).toBe('plain-id_7');
});

describe('collapseChunks()', () => {
  test('ranks documents by their best chunk and cuts at the depth', () => {
    const chunks = scored([
      ['a', 0.2],
      ['b', 0.6],
      ['a', 0.7],
      ['c', 0.1],
      ['b', 0.5],
    ]);
    expect(collapseChunks(chunks, 2)).toEqual(
      scored([
        ['a', Math.fround(0.7)],
        ['b', Math.fround(0.6)],
      ]),
    );
  });
});

describe('TREC files', () => {
  test('a run has a line per document with a score that reads back exactly, and none for an empty answer', () => {
    const score = Math.fround(0.1);
    const run = new Map([
      [
        'q 1',
        scored([
          ['d1', score],
          ['d 2', 0],
        ]),
      ],
      ['q2', []],
    ]);
    const text = formatTrecRun(run, 'v1');
    expect(text).toBe(`q%201 Q0 d1 1 ${score} v1\nq%201 Q0 d%202 2 0 v1\n`);
    expect(Number(text.split(' ')[4])).toBe(score);
  });

  test('qrels carry every grade, negative ones too', () => {
    const grades = new Map([
      [docId('d1'), 2],
      [docId('d2'), -1],
    ]);
    expect(formatTrecQrels(new Map([['q1', grades]]))).toBe('q1 0 d1 2\nq1 0 d2 -1\n');
  });
});
