import { describeLedger } from './ledger.js';
import { memoryHarness, postgresHarness } from './registry-harness.js';

describeLedger('memory', memoryHarness);
describeLedger('postgres', postgresHarness);
