import { noCollection, notFound, Refusal } from '../refusal.js';
import type { CatalogueState } from './catalogue.js';

export type AliasAction =
  | { readonly kind: 'create'; readonly alias: string; readonly collection: string }
  | { readonly kind: 'delete'; readonly alias: string }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

/**
 * One action of an alias change, by Qdrant's rules: creating repoints silently, deleting forgives,
 * renaming checks nothing about the new name (it may shadow a collection).
 *
 * @throws {Refusal} 404 or 409
 */
export function applyAliasAction(state: CatalogueState, action: AliasAction): CatalogueState {
  const aliases = new Map(state.aliases);
  switch (action.kind) {
    case 'create':
      if (!state.collections.has(action.collection)) throw noCollection(action.collection);
      if (state.collections.has(action.alias)) throw alreadyExists(action.alias);
      aliases.set(action.alias, action.collection);
      break;
    case 'delete':
      aliases.delete(action.alias);
      break;
    case 'rename': {
      const target = aliases.get(action.from);
      if (target === undefined) throw notFound(`Alias ${action.from} does not exists!`);
      aliases.delete(action.from);
      aliases.set(action.to, target);
      break;
    }
  }
  return { ...state, aliases };
}

export const alreadyExists = (name: string): Refusal =>
  new Refusal(409, `Wrong input: Collection \`${name}\` already exists!`);
