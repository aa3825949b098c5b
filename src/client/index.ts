// The package's public interface. It must stay light: an application that searches needs neither Temporal nor a model.
export type { LiveAnswer, SearchAnswer, SearchHit } from '../contracts/search.js';
export { CutoverClient, type CutoverClientOptions, type SearchInput } from './client.js';
export { CutoverError } from './http.js';
export {
  QdrantSearcher,
  type QdrantQueries,
  type QdrantQuery,
  type QdrantSearcherOptions,
  type QdrantSearchInput,
} from './qdrant-searcher.js';
