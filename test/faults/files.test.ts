import { suite } from 'node:test';
import { FILES } from './rows/files.ts';
import { testFaults } from './runFault.ts';

suite('faults: files', () => {
  testFaults(FILES);
});
