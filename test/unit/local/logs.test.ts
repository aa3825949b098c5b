import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lastLines, rotateLog, tailLogs } from '../../../src/local/logs.js';
import { logFile } from '../../../src/local/stack-record.js';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'cutover-logs-'));
  await rotateLog(home, 'worker');
});
afterEach(() => rm(home, { recursive: true, force: true }));

test('lastLines() gives the end of a log and nothing for one that never was', async () => {
  await writeFile(logFile(home, 'worker'), 'one\ntwo\n\nthree\n');
  expect(await lastLines(home, 'worker', 2)).toEqual(['two', 'three']);
  expect(await lastLines(home, 'gateway', 2)).toEqual([]);
});

test('rotateLog() keeps the last log beside the new one', async () => {
  await writeFile(logFile(home, 'worker'), 'old\n');
  await rotateLog(home, 'worker');
  expect(await lastLines(home, 'worker', 5)).toEqual([]);
  expect(await readFile(`${logFile(home, 'worker')}.1`, 'utf8')).toBe('old\n');
});

test('tailLogs() names the service before each line when it shows several', async () => {
  await writeFile(logFile(home, 'worker'), 'hello\n');
  await writeFile(logFile(home, 'gateway'), 'world\n');
  const lines: string[] = [];
  await tailLogs(home, [], { follow: false, write: (line) => lines.push(line) });
  expect(lines).toEqual(['worker     hello', 'gateway    world']);
});

test('tailLogs() refuses a name that is no service', async () => {
  await expect(tailLogs(home, ['wroker'], { follow: false, write: () => {} })).rejects.toMatchObject({
    code: 'USAGE',
    hint: expect.stringContaining('worker') as string,
  });
});

test('tailLogs() follows whole lines, also into the log of the next start', async () => {
  await writeFile(logFile(home, 'worker'), 'first\n');
  const lines: string[] = [];
  const stop = new AbortController();
  const following = tailLogs(home, ['worker'], {
    follow: true,
    write: (line) => lines.push(line),
    signal: stop.signal,
  });
  await expect.poll(() => lines).toEqual(['first']);
  await appendFile(logFile(home, 'worker'), 'sec');
  await appendFile(logFile(home, 'worker'), 'ond\n');
  await expect.poll(() => lines).toEqual(['first', 'second']);
  await rotateLog(home, 'worker');
  await writeFile(logFile(home, 'worker'), 'new\n');
  await expect.poll(() => lines).toEqual(['first', 'second', 'new']);
  stop.abort();
  await following;
});
