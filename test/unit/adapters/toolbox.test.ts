import { expect, test } from 'vitest';
import { createToolbox } from '../../../src/adapters/toolbox.js';

// A worker held every ONNX model twice: once as configured, once as stored with the version, whose keys are sorted.
test('createToolbox() opens an embedder once, whatever the order of the keys that describe it', async () => {
  const toolbox = createToolbox({ modelFolders: [], environment: {} });
  const first = toolbox.embedder({ kind: 'hashing', dimensions: 8, seed: 1 });
  expect(toolbox.embedder({ seed: 1, dimensions: 8, kind: 'hashing' })).toBe(first);
  expect(toolbox.embedder({ kind: 'hashing', dimensions: 16, seed: 1 })).not.toBe(first);
  await toolbox.close();
});
