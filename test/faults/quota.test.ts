import { suite } from 'node:test';
import { QUOTA } from './rows/quota.ts';
import { testFaults } from './runFault.ts';

suite('faults: quota', () => {
  testFaults(QUOTA);
});
