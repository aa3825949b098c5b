import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import type { Reporter, ReporterOptions } from '../../../../src/cli/output/reporter.js';
import { createReporter, wantsColor } from '../../../../src/cli/output/reporter.js';
import { LifecycleError } from '../../../../src/domain/errors.js';

const open: Reporter[] = [];
afterEach(() => {
  for (const reporter of open.splice(0)) reporter.close();
  vi.useRealTimers();
});

function setUp(options: Partial<ReporterOptions> = {}) {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { columns: 60 });
  const stdin = new PassThrough();
  const exits: number[] = [];
  const clock = { at: 0 };
  const reporter = createReporter({
    json: false,
    stdout,
    stderr,
    stdin,
    isTTY: false,
    color: false,
    exit: (code) => exits.push(code),
    now: () => clock.at,
    ...options,
  });
  open.push(reporter);
  const text = (stream: PassThrough) => String(stream.read() ?? '');
  return { reporter, stdin, exits, clock, out: () => text(stdout), err: () => text(stderr) };
}

const building = (done: number) => ({ stage: 'v2 building', done, total: 100, chunks: done * 3 });

test('piped output is plain lines: one per stage, then one every five seconds', () => {
  const { reporter, clock, err, out } = setUp();
  for (clock.at = 0; clock.at <= 10_000; clock.at += 500) reporter.snapshot(building(clock.at / 200));
  reporter.snapshot({ stage: 'v2 verifying', done: 0, total: 0 });
  expect(err().split('\n')).toEqual([
    'v2 building: 0 of 100',
    'v2 building: 25 of 100, 75 chunks, 15 chunks/s, 15 s left',
    'v2 building: 50 of 100, 150 chunks, 15 chunks/s, 10 s left',
    'v2 verifying: started',
    '',
  ]);
  expect(out()).toBe('');
});

test('a terminal gets one line that is redrawn at most ten times a second and never wider than the terminal', () => {
  const { reporter, clock, err } = setUp({ isTTY: true });
  for (clock.at = 0; clock.at < 1000; clock.at += 10)
    reporter.snapshot({ ...building(clock.at / 20), note: 'x'.repeat(200) });
  const frames = err().split('\r\u001b[2K').slice(1);
  expect(frames.length).toBeLessThanOrEqual(10);
  expect(frames.length).toBeGreaterThanOrEqual(9);
  for (const frame of frames) expect([...frame].length).toBeLessThanOrEqual(59);
  expect(frames[5]).toContain('v2 building  █████');
});

test('a terminal is shown the latest state even when no further one comes', async () => {
  const { reporter, err } = setUp({ isTTY: true, now: () => performance.now() });
  reporter.snapshot(building(1));
  reporter.snapshot(building(7));
  await vi.waitFor(() => expect(err()).toContain('7 of 100'));
});

test('what is said beside a live line starts a line of its own', () => {
  const { reporter, err, out } = setUp({ isTTY: true });
  reporter.snapshot(building(1));
  reporter.progress('Scanning ...');
  expect(err()).toMatch(/\r\u001b\[2KScanning \.\.\.\n$/);
  reporter.line('a log line');
  expect(out()).toBe('a log line\n');
});

test('with --json stdout holds NDJSON and nothing else, the result last, and stderr stays empty', () => {
  const { reporter, clock, out, err } = setUp({ json: true, isTTY: true, color: true });
  reporter.progress('Scanning ...');
  for (clock.at = 0; clock.at < 2000; clock.at += 100) reporter.snapshot(building(clock.at / 100));
  reporter.line('x');
  reporter.result({ ok: true, fields: { version: 2 }, text: 'v2 is live' });
  const events = out()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string });
  expect(events.at(-1)).toEqual({ type: 'result', ok: true, version: 2 });
  expect(events.filter(({ type }) => type === 'progress')).toHaveLength(4); // the step, 0 s, 1 s, and what was pending at the end
  expect(err()).toBe('');
});

test('an error is one JSON line with a stable code, or a message and its hint', () => {
  const failure = new LifecycleError('ALIAS_CONFLICT', 'Cannot flip', { hint: 'Look who moved it.' });
  const json = setUp({ json: true });
  json.reporter.error(failure);
  expect(JSON.parse(json.out())).toEqual({
    type: 'error',
    code: 'ALIAS_CONFLICT',
    message: 'Cannot flip',
    hint: 'Look who moved it.',
  });
  const plain = setUp();
  plain.reporter.error(failure);
  expect(plain.err()).toBe('error Cannot flip (ALIAS_CONFLICT)\nhint  Look who moved it.\n');
});

test('confirm() asks a terminal only, and takes nothing but yes for a yes', async () => {
  const ask = async (answer: string, options: Partial<ReporterOptions> = { isTTY: true }) => {
    const { reporter, stdin, err } = setUp(options);
    stdin.write(answer);
    const said = await reporter.confirm('Build it?');
    return [said, err().includes('Build it? [y/N]')];
  };
  expect(await ask('y\n')).toEqual([true, true]);
  expect(await ask('Yes\n')).toEqual([true, true]);
  expect(await ask('\n')).toEqual([false, true]);
  expect(await ask('maybe\n')).toEqual([false, true]);
  expect(await ask('y\n', { isTTY: false })).toEqual([false, false]);
  expect(await ask('y\n', { isTTY: true, json: true })).toEqual([false, false]);
});

test('Ctrl-C detaches, says how to come back and leaves the work alone', () => {
  const before = process.listenerCount('SIGINT');
  const { reporter, exits, err } = setUp({ isTTY: true });
  reporter.onInterrupt('first');
  reporter.onInterrupt('Watch it again with `cutover reindex docs`.');
  reporter.snapshot(building(1));
  process.emit('SIGINT');
  expect(err()).toMatch(/\nDetached\. Watch it again with `cutover reindex docs`\.\n$/);
  expect(exits).toEqual([130]);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('NO_COLOR wins over a terminal and over FORCE_COLOR', () => {
  expect(wantsColor({}, true)).toBe(true);
  expect(wantsColor({}, false)).toBe(false);
  expect(wantsColor({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
  expect(wantsColor({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false);
});
