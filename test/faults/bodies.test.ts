import { suite } from 'node:test';
import { BODIES } from './rows/bodies.ts';
import { testFaults } from './runFault.ts';

suite('faults: bodies', () => {
  testFaults(BODIES);
});
