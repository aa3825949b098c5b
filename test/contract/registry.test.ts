import { ALLOWED_TRANSITIONS } from '../../src/domain/version/transitions.js';
import { memoryHarness, postgresHarness } from './registry-harness.js';
import { describeConstraints, describeRegistry } from './registry.js';

describeRegistry('memory', memoryHarness);
describeRegistry('postgres', postgresHarness);
describeConstraints(postgresHarness, ALLOWED_TRANSITIONS);
