import { describeCorpusLog } from './corpus-log.js';
import { memoryHarness, postgresHarness } from './registry-harness.js';

describeCorpusLog('memory', memoryHarness);
describeCorpusLog('postgres', postgresHarness);
