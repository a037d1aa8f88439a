import { suite } from 'node:test';
import { FAILURES } from './rows/failures.ts';
import { testFaults } from './runFault.ts';

suite('faults: failures', () => {
  testFaults(FAILURES);
});
