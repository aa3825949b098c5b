import type { TestProject } from 'vitest/node';
import { serveDatabase } from './database-broker.js';

/** Services that several test files share, once a run; each starts when the first test asks for it. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const database = await serveDatabase();
  project.provide('databaseBroker', database.url);
  return () => database.close();
}
