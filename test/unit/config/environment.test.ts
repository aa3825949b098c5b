import { expect, test } from 'vitest';
import { readEnvironment } from '../../../src/config/environment.js';
import { modelFolders } from '../../../src/config/folders.js';

test('readEnvironment() needs nothing, and takes an empty variable for one that is not set', () => {
  const read = readEnvironment({ DATABASE_URL: '', QDRANT_URL: '  ', CUTOVER_CACHE: '/var/cache/cutover' });
  expect(read).toEqual({
    temporalNamespace: 'default',
    home: `${process.cwd()}/.cutover`,
    models: [],
    cache: '/var/cache/cutover',
    hubUrl: 'https://huggingface.co',
    gatewayHost: '127.0.0.1',
    gatewayPort: 0,
  });
});

test('readEnvironment() reads what is set, folders made absolute', () => {
  const read = readEnvironment({
    DATABASE_URL: 'postgresql://me:secret@db:5432/cutover?sslmode=require',
    TEMPORAL_ADDRESS: '[::1]:7233',
    TEMPORAL_NAMESPACE: 'search',
    QDRANT_URL: 'https://qdrant.example:6333',
    QDRANT_API_KEY: 'k',
    CUTOVER_HOME: '/srv/home',
    CUTOVER_MODELS: '/models:more',
    CUTOVER_CACHE: '/cache',
    HF_ENDPOINT: 'http://127.0.0.1:9000/',
    CUTOVER_GATEWAY_PORT: '8080',
  });
  expect(read).toMatchObject({
    databaseUrl: 'postgresql://me:secret@db:5432/cutover?sslmode=require',
    temporalAddress: '[::1]:7233',
    qdrantUrl: 'https://qdrant.example:6333',
    hubUrl: 'http://127.0.0.1:9000',
    gatewayPort: 8080,
  });
  expect(modelFolders(read)).toEqual(['/models', `${process.cwd()}/more`, '/cache/models']);
});

test('readEnvironment() names every bad variable at once and repeats no value', () => {
  const read = () =>
    readEnvironment({
      DATABASE_URL: 'mysql://me:topsecret@db/x',
      TEMPORAL_ADDRESS: 'localhost',
      QDRANT_URL: 'qdrant:6333',
      QDRANT_API_KEY: 'topsecret with spaces',
      CUTOVER_GATEWAY_PORT: '99999',
    });
  expect(read).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  expect(read).toThrow(
    /DATABASE_URL: .*\n.*TEMPORAL_ADDRESS: .*\n.*QDRANT_URL: .*\n.*QDRANT_API_KEY: .*\n.*CUTOVER_GATEWAY_PORT: /,
  );
  expect(read).not.toThrow(/topsecret/);
});
