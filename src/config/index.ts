export { configHash } from './config-hash.js';
export { readEnvironment, type Environment } from './environment.js';
export { loadConfig, type LoadedConfig } from './load-config.js';
export { toJson } from './spec-json.js';
