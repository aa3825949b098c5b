import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { bundleWorkflows } from './bundle-workflows.js';

/** Compile to `dist/`, with the workflow bundle prebuilt: an installed package needs no TypeScript. */
const root = fileURLToPath(new URL('..', import.meta.url));
const dist = path.join(root, 'dist');

// Before the compiler, which takes its bytes along.
await import('./build-kernel.js');
rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
// SQL is not code for the compiler.
const migrations = 'src/adapters/postgres/migrations';
cpSync(path.join(root, migrations), path.join(dist, migrations), { recursive: true });
await bundleWorkflows(path.join(dist, 'workflow-bundle.js'));
chmodSync(path.join(dist, 'src/cli/main.js'), 0o755);
