import { createFileJudgements } from './adapters/judgements/index.js';
import { connectPostgres } from './adapters/postgres/index.js';
import { connectQdrant } from './adapters/qdrant/connect-qdrant.js';
import { createToolbox } from './adapters/toolbox.js';
import type { Ports } from './ports/index.js';

export interface PortsOptions {
  readonly databaseUrl: string;
  readonly vectorsUrl: string;
  readonly vectorsApiKey?: string;
  /** Where models are looked for, first match wins. */
  readonly modelFolders: readonly string[];
  /** For adapters that read a secret by its configured name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface OpenPorts extends Ports {
  close(): Promise<void>;
}

/** The one place where ports meet their adapters; worker, gateway and CLI each call it once. */
export async function openPorts(options: PortsOptions): Promise<OpenPorts> {
  const postgres = await connectPostgres({ url: options.databaseUrl });
  const vectors = connectQdrant({ url: options.vectorsUrl, apiKey: options.vectorsApiKey });
  const toolbox = createToolbox(options);
  return {
    ...postgres,
    vectors,
    toolbox,
    judgements: createFileJudgements(),
    async close() {
      await toolbox.close();
      await vectors.close();
      await postgres.close();
    },
  };
}
