import { suite } from 'node:test';
import { LINKS } from './rows/links.ts';
import { testFaults } from './runFault.ts';

suite('faults: links', () => {
  testFaults(LINKS);
});
