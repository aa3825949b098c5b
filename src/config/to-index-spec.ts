import { resolve } from 'node:path';
import { aliasName, indexName } from '../domain/ids.js';
import type { ChunkerSpec, EmbedderSpec, IndexSpec, SourceSpec } from '../domain/index-spec.js';
import type { GatePolicy } from '../domain/gate/policy.js';
import { durationHours } from './duration.js';
import type { IndexConfig } from './schema.js';

/**
 * A checked entry of the file as the rest of the program knows it: durations in hours, paths absolute.
 *
 * @param folder  Folder of the configuration file; relative paths start there.
 */
export function toIndexSpec(name: string, config: IndexConfig, folder: string): IndexSpec {
  const { rollout, evaluation } = config;
  return {
    index: indexName(name),
    alias: aliasName(config.alias ?? name),
    source: sourceSpec(config.source, folder),
    chunker: chunkerSpec(config.chunker),
    embedder: embedderSpec(config.embedder, folder),
    collection: config.collection,
    ...(evaluation && {
      evaluation: {
        queries: resolve(folder, evaluation.queries),
        qrels: resolve(folder, evaluation.qrels),
        ...(evaluation.pinned !== undefined && { pinned: resolve(folder, evaluation.pinned) }),
      },
    }),
    // The schema's pattern is the definition of a metric's name.
    gate: config.gate as GatePolicy,
    rollout: {
      approval: rollout.approval,
      decisionHours: durationHours(rollout.decisionWindow),
      rollbackWindowHours: durationHours(rollout.rollbackWindow),
    },
    limits: config.limits as IndexSpec['limits'],
  };
}

function sourceSpec(source: IndexConfig['source'], folder: string): SourceSpec {
  return source.kind === 'files'
    ? { ...source, root: resolve(folder, source.root) }
    : { ...source, path: resolve(folder, source.path) };
}

function chunkerSpec(chunker: IndexConfig['chunker']): ChunkerSpec {
  if (chunker.kind === 'whole') return chunker;
  return { ...chunker, overlapTokens: chunker.overlapTokens ?? Math.floor(chunker.maxTokens / 8) };
}

/** A model named by a path is a folder beside the configuration file; every other name is looked up. */
function embedderSpec(embedder: IndexConfig['embedder'], folder: string): EmbedderSpec {
  if (embedder.kind === 'hashing') return embedder;
  const model = isPath(embedder.model) && embedder.kind !== 'openai' ? resolve(folder, embedder.model) : embedder.model;
  return { ...embedder, model } as EmbedderSpec;
}

const isPath = (model: string): boolean => /^(?:\.{1,2}(?:[/\\]|$)|\/|[A-Za-z]:[/\\])/.test(model);
