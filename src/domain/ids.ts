declare const brand: unique symbol;

/** A primitive that the compiler tells apart from every other one of its kind. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type IndexName = Brand<string, 'IndexName'>;
export type AliasName = Brand<string, 'AliasName'>;
export type CollectionName = Brand<string, 'CollectionName'>;
export type VectorName = Brand<string, 'VectorName'>;
/** Stable id of one corpus item, as its source names it. */
export type DocId = Brand<string, 'DocId'>;
/** UUID of a point; binds document, embedded text and its occurrence in the document. */
export type ChunkId = Brand<string, 'ChunkId'>;
/** Key of extracted text: raw hash, loader revision and masker revision. */
export type ContentKey = Brand<string, 'ContentKey'>;
/** One installation of cutover; every writer to a collection checks it first. */
export type RegistryId = Brand<string, 'RegistryId'>;
/** Corpus-wide counter, integer ≥ 0; each change or deletion of a document takes the next. */
export type Revision = number;
/** Number of an index version, integer ≥ 1. */
export type VersionNumber = number;
/** 64 hex digits. */
export type Sha256 = string;

/** Trusts the caller: for ids read from our own stores or parsed at an edge. */
export const docId = (value: string): DocId => value as DocId;
export const chunkId = (value: string): ChunkId => value as ChunkId;
export const indexName = (value: string): IndexName => value as IndexName;
export const aliasName = (value: string): AliasName => value as AliasName;
export const collectionName = (value: string): CollectionName => value as CollectionName;
export const vectorName = (value: string): VectorName => value as VectorName;
export const contentKey = (value: string): ContentKey => value as ContentKey;
export const registryId = (value: string): RegistryId => value as RegistryId;
