import { describeWriterFence } from './writer-fence.js';
import { memoryHarness, postgresHarness } from './registry-harness.js';

describeWriterFence('memory', memoryHarness);
describeWriterFence('postgres', postgresHarness);
