import type { Problem, YamlFile } from './yaml-file.js';

/** Keys that hold a secret by their name, words separated by spaces; `api key env` and `max tokens` do not. */
const SECRET_NAME =
  /(?:^|\s)(?:(?:api|secret|access|private) ?key|(?:access|auth|bearer|api) ?token|password|passwd|secret|credentials?|authorization)$|^token$/;
/** Values that are a secret by their look: keys with a vendor's prefix, URLs with a password. */
const SECRET_VALUE = /^(?:sk-|hf_|ghp_)[A-Za-z0-9_-]{12,}$|^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i;

/** Find secrets written into the file. Their values appear in no message. */
export function findSecrets(file: YamlFile): Problem[] {
  const problems: Problem[] = [];
  file.eachEntry(({ key, value, path, offset }) => {
    if (SECRET_NAME.test(words(key))) problems.push({ path, offset, text: `${NO_SECRETS}; ${variableFor(key)}` });
    else if (typeof value === 'string' && SECRET_VALUE.test(value)) {
      problems.push({ path, offset, text: `${NO_SECRETS}: this value looks like one; ${variableFor(key)}` });
    }
  });
  return problems;
}

/** `qdrantApiKey`, `qdrant_api_key` and `QDRANT-API-KEY` are the same three words. */
const words = (key: string): string =>
  key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_.]+/g, ' ')
    .toLowerCase();

const NO_SECRETS = 'secrets do not belong in this file';

function variableFor(key: string): string {
  return /qdrant/i.test(key)
    ? 'set the environment variable QDRANT_API_KEY'
    : 'set the environment variable OPENAI_API_KEY, or the one that apiKeyEnv names';
}
