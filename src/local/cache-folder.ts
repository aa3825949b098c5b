import { homedir } from 'node:os';
import path from 'node:path';

/**
 * Where downloads that every home folder shares are kept: programs and models.
 *
 * @param environment  `CUTOVER_CACHE` wins, then `XDG_CACHE_HOME/cutover`, then `~/.cache/cutover`.
 * @returns            An absolute path; the folder may not exist yet.
 */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const { CUTOVER_CACHE: own, XDG_CACHE_HOME: shared } = environment;
  if (own) return path.resolve(own);
  // The XDG specification says that a relative path is to be ignored.
  if (shared && path.isAbsolute(shared)) return path.join(shared, 'cutover');
  return path.join(homedir(), '.cache', 'cutover');
}
