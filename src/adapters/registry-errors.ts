import { LifecycleError } from '../domain/errors.js';
import type { DocId, IndexName } from '../domain/ids.js';
import type { IndexVersion, VersionState } from '../domain/version/version.js';
import type { ScanHandle } from '../ports/corpus-log.js';
import type { VersionKey } from '../ports/ledger.js';
import type { SliceLease } from '../ports/writer-fence.js';

/** Refusals that every adapter of the registry gives in the same words. */

const nameOf = ({ index, number }: VersionKey): string => `Version ${number} of "${index}"`;

export const unknownIndex = (index: IndexName): LifecycleError =>
  new LifecycleError('NOT_FOUND', `There is no index "${index}"`, {
    facts: { index },
    hint: 'See what there is: cutover status',
  });

export const unknownVersion = ({ index, number }: VersionKey): LifecycleError =>
  new LifecycleError('NOT_FOUND', `Index "${index}" has no version ${number}`, {
    facts: { index, version: number },
    hint: `See what there is: cutover versions ${index}`,
  });

export const alreadyRunning = ({ index, number }: VersionKey): LifecycleError =>
  new LifecycleError('ALREADY_RUNNING', `Index "${index}" already has a candidate: version ${number}`, {
    facts: { index, version: number },
    hint: `Finish it, or end it with: cutover cancel ${index} (or cutover reject ${index})`,
  });

export const illegalTransition = (version: IndexVersion, to: VersionState): LifecycleError =>
  new LifecycleError('ILLEGAL_TRANSITION', `${nameOf(version)} is ${version.state}; it cannot become ${to} now`, {
    facts: { index: version.index, version: version.number, from: version.state, to },
    hint: `See its state: cutover versions ${version.index}`,
  });

export const switchNamesVersion = (version: VersionKey): LifecycleError =>
  new LifecycleError('SWITCH_OPEN', `${nameOf(version)} is being switched to or from; its state cannot change now`, {
    retryable: true,
    retryAfterMs: 1_000,
    facts: { index: version.index, version: version.number },
    hint: 'The switch is finished or cleared within a minute or so; then ask again.',
  });

export const aliasTaken = (index: IndexName, alias: string): LifecycleError =>
  new LifecycleError('CONFIG_INVALID', `Index "${index}" cannot use alias "${alias}": another index has it`, {
    facts: { index, alias },
    hint: 'Give each index an alias of its own',
  });

export const aliasFixed = (index: IndexName, alias: string): LifecycleError =>
  new LifecycleError('CONFIG_INVALID', `The alias of "${index}" is "${alias}" and a version is live behind it`, {
    facts: { index, alias },
    hint: `Keep alias: ${alias}, or configure a new index for the new alias`,
  });

export const decisionStands = ({ index, number }: VersionKey, answer: string): LifecycleError =>
  new LifecycleError('DECISION_REFUSED', `${nameOf({ index, number })} was already ${answer} on this report`, {
    facts: { index, version: number, answer },
    hint: `See who decided: cutover history ${index}`,
  });

export const logFrozen = (index: IndexName, owner: string): LifecycleError =>
  new LifecycleError('LOG_FROZEN', `The log of "${index}" is frozen by ${owner}`, {
    retryable: true,
    retryAfterMs: 2_000,
    facts: { index, owner },
    hint: 'The scan goes on when that comparison or promotion ends.',
  });

export const supersededScan = (scan: ScanHandle): LifecycleError =>
  new LifecycleError('STALE_WRITER', `Scan ${scan.scan} of "${scan.index}" was superseded by a later one`, {
    facts: { index: scan.index, scan: scan.scan },
  });

export const staleWriter = (version: VersionKey & { readonly writer: number }): LifecycleError =>
  new LifecycleError('STALE_WRITER', `Writer ${version.writer} of version ${version.number} was superseded`, {
    facts: { index: version.index, version: version.number, writer: version.writer },
  });

export const leaseLost = ({ index, number, from, to, attempt }: SliceLease): LifecycleError =>
  new LifecycleError('LEASE_LOST', `Attempt ${attempt} at revisions ${from} to ${to} was superseded`, {
    facts: { index, version: number, from, to, attempt },
  });

export const duplicateDocument = (index: IndexName, id: DocId): LifecycleError =>
  new LifecycleError('DUPLICATE_DOCUMENT_ID', `Document "${id}" of "${index}" stands twice in one batch`, {
    facts: { index },
    hint: 'Every document of a source needs an id of its own',
  });

export const unstorableText = (index: IndexName, id: DocId, what: string): LifecycleError =>
  new LifecycleError(
    'SOURCE_INVALID',
    `A document of "${index}" cannot be stored: ${what} holds characters that no UTF-8 text can carry`,
    { facts: { index, id: JSON.stringify(id) }, hint: 'Repair the document at its source' },
  );

export const resealed = (id: string): LifecycleError =>
  new LifecycleError('COMPARISON_VOID', `Comparison ${id} is sealed with another report`, { facts: { id } });
