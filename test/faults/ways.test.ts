import { suite } from 'node:test';
import { WAYS } from './rows/ways.ts';
import { testFaults } from './runFault.ts';

suite('faults: ways', () => {
  testFaults(WAYS);
});
