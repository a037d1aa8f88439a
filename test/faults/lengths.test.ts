import { suite } from 'node:test';
import { LENGTHS } from './rows/lengths.ts';
import { testFaults } from './runFault.ts';

suite('faults: lengths', () => {
  testFaults(LENGTHS);
});
