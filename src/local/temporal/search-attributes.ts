import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '../../contracts/workflows.js';
import { LifecycleError } from '../../domain/errors.js';

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, INT: 3 } as const;

/**
 * Make our search attributes known to a namespace. Safe to repeat, from several processes at once.
 *
 * @throws {LifecycleError} `SERVICE_UNAVAILABLE` when one exists with another type: the server answers OK to
 *   such a registration and keeps the old type, so what is there is read back.
 */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const wanted = Object.values(SEARCH_ATTRIBUTES);
  const known = await listAttributes(connection, namespace);
  if (wanted.some(({ name }) => known[name] === undefined)) {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(wanted.map(({ name, type }) => [name, INDEXED_VALUE_TYPES[type]])),
    });
  }
  const found = await listAttributes(connection, namespace);
  for (const { name, type } of wanted) {
    if (found[name] === INDEXED_VALUE_TYPES[type]) continue;
    throw new LifecycleError(
      'SERVICE_UNAVAILABLE',
      `Temporal namespace "${namespace}" has no search attribute ${name} of type ${type}: found type ${found[name] ?? 'none'}`,
      {
        hint: `Remove it: temporal operator search-attribute remove --namespace ${namespace} --name ${name}`,
        facts: { namespace, attribute: name },
      },
    );
  }
}

async function listAttributes(connection: Connection, namespace: string): Promise<Readonly<Record<string, number>>> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  return (customAttributes ?? {}) as Readonly<Record<string, number>>;
}
