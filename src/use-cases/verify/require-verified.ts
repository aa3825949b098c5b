import { LifecycleError } from '../../domain/errors.js';
import type { VersionKey } from '../../ports/ledger.js';
import { verifyVersion, type VerifyOptions, type VerifyPorts, type VerifyReport } from './verify-version.js';

/**
 * Verify a version and note the revision it was found sound at.
 *
 * @throws {LifecycleError} `VERIFY_FAILED` with the first findings, and what {@link verifyVersion} throws.
 */
export async function requireVerified(
  ports: VerifyPorts,
  key: VersionKey,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const report = await verifyVersion(ports, key, options);
  if (!report.ok) throw await verifyFailed(ports, key, report);
  await ports.registry.note(key, { verifiedWatermark: report.watermark });
  return report;
}

/** Said on the version's row too: a failed version that was found unsound is never gone on with. */
async function verifyFailed(
  { registry }: Pick<VerifyPorts, 'registry'>,
  key: VersionKey,
  report: VerifyReport,
): Promise<LifecycleError> {
  const error = failureOf(key, report);
  const stopped = { type: error.code, message: error.message, hint: error.hint, revision: report.watermark };
  await registry.note(key, { stopped: { ...stopped, at: await registry.now() } });
  return error;
}

function failureOf({ index, number }: VersionKey, report: VerifyReport): LifecycleError {
  const { missing, extra, mismatched, selfSearch } = report;
  const examples = report.findings.slice(0, 5).map(({ docId, kind, detail }) => `${docId}: ${kind}, ${detail}`);
  return new LifecycleError(
    'VERIFY_FAILED',
    `Version ${number} of "${index}" is not what its log says: ${missing} points missing, ${extra} extra, ` +
      `${mismatched} documents mismatched, self-search ${selfSearch.exact} exact and ${selfSearch.approximate} approximate; ${examples.join('; ')}`,
    {
      hint: `See \`cutover verify ${index} --version-number ${number}\`; the live alias was not moved.`,
      facts: { missing, extra, mismatched, examples, selfSearch: { ...selfSearch } },
    },
  );
}
