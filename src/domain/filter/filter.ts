import type { PayloadPath } from './payload-path.js';
import type { PointId } from './point-id.js';

/** Integers beyond 2^53 are bigints. */
export type Scalar = string | number | bigint | boolean;

/** Bounds of a number, a count or a moment; absent ones do not bind. */
export interface Range {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/** A payload field, as written and as parsed. */
export interface Field {
  readonly name: string;
  readonly path: PayloadPath;
}

export type Condition =
  | { readonly kind: 'match'; readonly field: Field; readonly anyOf: ReadonlySet<Scalar> }
  | { readonly kind: 'except'; readonly field: Field; readonly noneOf: ReadonlySet<Scalar> }
  | { readonly kind: 'range'; readonly field: Field; readonly range: Range }
  /** Bounds in milliseconds since 1970. */
  | { readonly kind: 'datetime-range'; readonly field: Field; readonly range: Range }
  | { readonly kind: 'values-count'; readonly field: Field; readonly range: Range }
  | { readonly kind: 'is-empty'; readonly field: Field }
  | { readonly kind: 'is-null'; readonly field: Field }
  | { readonly kind: 'has-id'; readonly ids: ReadonlySet<PointId> }
  | { readonly kind: 'filter'; readonly filter: Filter };

/** All of `must`, none of `mustNot`, and one of `should` if there are any. */
export interface Filter {
  readonly must: readonly Condition[];
  readonly should: readonly Condition[];
  readonly mustNot: readonly Condition[];
}

/** The filter is not one, or uses what we do not know; never read as something weaker. */
export class FilterError extends Error {
  constructor(
    readonly kind: 'malformed' | 'unsupported',
    message: string,
  ) {
    super(message);
    this.name = 'FilterError';
  }
}
