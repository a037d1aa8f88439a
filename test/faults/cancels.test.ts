import { suite } from 'node:test';
import { CANCELS } from './rows/cancels.ts';
import { testFaults } from './runFault.ts';

suite('faults: cancels', () => {
  testFaults(CANCELS);
});
