export { readEnvironment, type Environment } from './environment.js';
export { loadConfig, type LoadedConfig } from './load-config.js';
