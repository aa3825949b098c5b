import tseslint from 'typescript-eslint';

/** Relative specifiers that lead into one of the named folders. */
const into = (...folders) => folders.map((folder) => `**/${folder}/**`);

/** The import arrows of the style guide: `files` may not reach what `banned` names. */
const arrow = (files, banned, message) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: banned, message }] }] },
});

const EDGES = [...into('cli', 'api', 'web', 'local'), '**/worker*.js', '**/gateway-main.js', '**/composition.js'];
const NODE = ['node:*', 'fs', 'path', 'os', 'crypto', 'child_process', 'worker_threads', 'http', 'net'];

export default tseslint.config(
  { ignores: ['dist', 'coverage', '.cutover', 'test/fixtures', 'node_modules'] },
  tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Size caps of the style guide: past them, look for the second noun and give it a file.
    files: ['src/**/*.ts', 'src/**/*.tsx', 'workflows/**/*.ts', 'activities/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 3],
      complexity: ['error', 15],
      'max-depth': ['error', 4],
    },
  },
  arrow(
    ['src/domain/**/*.ts'],
    [...into('ports', 'use-cases', 'adapters', 'contracts', 'config', 'activities', 'workflows'), ...EDGES],
    'The domain imports only the domain.',
  ),
  arrow(
    ['src/ports/**/*.ts'],
    [...into('use-cases', 'adapters', 'contracts', 'config', 'activities', 'workflows'), ...EDGES],
    'Ports import only the domain.',
  ),
  arrow(
    ['src/use-cases/**/*.ts'],
    [...into('adapters', 'config', 'contracts', 'activities', 'workflows'), ...EDGES],
    'Use cases are written against ports only.',
  ),
  arrow(
    ['src/contracts/**/*.ts'],
    [...into('ports', 'use-cases', 'adapters', 'config', 'activities', 'workflows'), ...EDGES],
    'Contracts import only the domain.',
  ),
  arrow(
    ['src/adapters/**/*.ts'],
    [...into('use-cases', 'activities', 'workflows'), ...EDGES],
    'Adapters know ports, contracts and the domain.',
  ),
  arrow(
    ['activities/**/*.ts'],
    [...into('adapters', 'workflows'), ...EDGES],
    'Activities are shells over use cases; adapters arrive as arguments.',
  ),
  {
    files: ['workflows/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: NODE, message: 'Workflows are deterministic: no Node.' },
            {
              group: [...into('ports', 'use-cases', 'adapters', 'config'), ...EDGES],
              message: 'Workflows import contracts and the domain.',
            },
          ],
        },
      ],
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { group: into('activities'), message: 'Activities by `import type` only.', allowTypeImports: true },
          ],
        },
      ],
      'no-restricted-globals': ['error', 'process', 'setImmediate', 'Buffer'],
    },
  },
  {
    // The one place that writes to the terminal, and chores for developers.
    files: ['src/cli/**/*.ts', 'scripts/**/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
