import { FilterError } from '../../domain/filter/filter.js';
import type { PointId } from '../../domain/filter/point-id.js';

/** An answer other than 200, in Qdrant's words. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export const wrongInput = (message: string): Refusal => new Refusal(400, `Wrong input: ${message}`);
export const badFormat = (message: string): Refusal => new Refusal(400, `Format error in JSON body: ${message}`);
export const invalid = (message: string): Refusal => new Refusal(422, `Validation error in JSON body: [${message}]`);
export const notFound = (message: string): Refusal => new Refusal(404, `Not found: ${message}`);
/** What a real Qdrant could do and we do not: refused by name, never answered with something weaker. */
export const unsupported = (what: string): Refusal =>
  new Refusal(400, `Wrong input: ${what} is not supported by the embedded vector server; use a real Qdrant`);

export const noCollection = (name: string): Refusal => notFound(`Collection \`${name}\` doesn't exist!`);
export const noPoint = (id: PointId): Refusal => notFound(`No point with id ${id} found`);

/** Run a parser of the domain, its complaint in Qdrant's words. */
export function translating<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    throw error.kind === 'malformed' ? badFormat(error.message) : unsupported(error.message);
  }
}
