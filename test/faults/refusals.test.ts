import { suite } from 'node:test';
import { REFUSALS } from './rows/refusals.ts';
import { testFaults } from './runFault.ts';

suite('faults: refusals', () => {
  testFaults(REFUSALS);
});
