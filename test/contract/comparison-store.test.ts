import { describeComparisonStore } from './comparison-store.js';
import { memoryHarness, postgresHarness } from './registry-harness.js';

describeComparisonStore('memory', memoryHarness);
describeComparisonStore('postgres', postgresHarness);
