/** Every variable we read, in the order of the reference: name, default, meaning. */
export const ENVIRONMENT_KEYS: readonly (readonly [string, string, string])[] = [
  ['DATABASE_URL', '', 'Postgres that holds the registry. Without it `cutover up` starts one.'],
  ['TEMPORAL_ADDRESS', '', 'Temporal, `host:port`. Without it `cutover up` starts a development server.'],
  ['TEMPORAL_NAMESPACE', '`default`', 'Namespace there.'],
  ['QDRANT_URL', '', 'Qdrant. Without it `cutover up` starts an embedded vector server.'],
  ['QDRANT_API_KEY', '', 'Its key.'],
  ['OPENAI_API_KEY', '', 'Key for `openai` embedders, unless `apiKeyEnv` names another variable.'],
  ['CUTOVER_HOME', '`.cutover`', 'State and logs of the local stack.'],
  ['CUTOVER_MODELS', '', 'Further folders with models, separated like `PATH`; looked through first.'],
  ['CUTOVER_CACHE', '`~/.cache/cutover`', 'Downloaded programs and models. `XDG_CACHE_HOME` moves it too.'],
  ['HF_ENDPOINT', '`https://huggingface.co`', 'Hub that models are pulled from.'],
  ['CUTOVER_GATEWAY_HOST', '`127.0.0.1`', 'Address the gateway listens on.'],
  ['CUTOVER_GATEWAY_PORT', '`0`', 'Port of the gateway; 0 takes a free one.'],
  ['NO_COLOR', '', 'Any value: no colours.'],
];
