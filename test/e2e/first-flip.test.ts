import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkplace, type Workplace } from '../support/cli.js';
import { topicsYaml, writeTopics } from '../support/topics.js';

/** One story on a real stack: each test stands on what the one before it left. */
describe('from an empty folder to the first flip, and back', () => {
  let place: Workplace;
  const configure = (dimensions: number, approval?: 'auto' | 'required') =>
    writeFile(path.join(place.folder, 'cutover.yaml'), topicsYaml(dimensions, approval));
  const live = async () => (await place.cutover('status', 'docs')).result['live'];

  beforeAll(async () => {
    place = await openWorkplace();
    await writeTopics(place.folder, 400, 120);
  });
  afterAll(() => place.leave());

  test('a first version is built, verified and goes live under auto', { timeout: 120_000 }, async () => {
    await configure(64);
    const { exitCode, result } = await place.cutover('reindex', 'docs', '--yes');
    expect(result).toMatchObject({
      type: 'result',
      ok: true,
      version: 1,
      state: 'live',
      documents: 400,
      embedded: 400,
      promoted: true,
    });
    expect(exitCode).toBe(0);
  });

  test('a second reindex without a change says so and embeds nothing', { timeout: 60_000 }, async () => {
    const { exitCode, result } = await place.cutover('reindex', 'docs', '--yes');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 0, outcome: 'nothing-to-do', embedded: 0 });
  });

  test('a better candidate passes the gate and takes the alias', { timeout: 60_000 }, async () => {
    await configure(512);
    const { exitCode, result } = await place.cutover('reindex', 'docs', '--yes');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 0, version: 2, verdict: 'PASS', promoted: true });
    expect(await live()).toBe(2);
  });

  test('a worse candidate is refused with exit code 3 and the alias stays', { timeout: 60_000 }, async () => {
    await configure(4);
    const { exitCode, result } = await place.cutover('reindex', 'docs', '--yes');
    expect({ exitCode, ...result }).toMatchObject({ exitCode: 3, version: 3, verdict: 'FAIL', promoted: false });
    expect(await live()).toBe(2);
  });

  test('search answers from the live version, verify finds every point', { timeout: 60_000 }, async () => {
    const found = await place.cutover('search', 'docs', 'bakebaba');
    expect(found.result).toMatchObject({ ok: true, version: 2 });
    const verified = await place.cutover('verify', 'docs');
    expect(verified.result).toMatchObject({
      ok: true,
      version: 2,
      expected: 400,
      found: 400,
      missing: 0,
      extra: 0,
      mismatched: 0,
    });
  });

  test('a rollback serves the previous version, a second one goes forward again', { timeout: 60_000 }, async () => {
    expect((await place.cutover('rollback', 'docs')).result).toMatchObject({ ok: true, from: 2, to: 1 });
    expect((await place.cutover('rollback', 'docs')).result).toMatchObject({ ok: true, from: 1, to: 2 });
    const { result } = await place.cutover('history', 'docs');
    expect((result['moves'] as { to: number }[]).map(({ to }) => to)).toEqual([1, 2, 1, 2]);
  });

  test(
    'under required approval a PASS waits with exit code 4 until somebody approves',
    { timeout: 90_000 },
    async () => {
      await configure(256, 'required');
      const waiting = await place.cutover('reindex', 'docs', '--yes');
      expect({ exitCode: waiting.exitCode, ...waiting.result }).toMatchObject({
        exitCode: 4,
        verdict: 'PASS',
        promoted: false,
      });
      expect(await live()).toBe(2);
      // A newer report would void the approval of the older one: once it did, and the promotion failed after the approval.
      expect((await place.cutover('compare', 'docs')).result).toMatchObject({ code: 'DECISION_REFUSED' });
      const approved = await place.cutover('approve', 'docs');
      expect({ exitCode: approved.exitCode, ...approved.result }).toMatchObject({ exitCode: 0, promoted: true });
      expect(await live()).toBe(4);
    },
  );
});
