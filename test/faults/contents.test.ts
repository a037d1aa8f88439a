import { suite } from 'node:test';
import { CONTENTS } from './rows/contents.ts';
import { testFaults } from './runFault.ts';

suite('faults: contents', () => {
  testFaults(CONTENTS);
});
