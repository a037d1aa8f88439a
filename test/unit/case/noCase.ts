import assert from 'node:assert/strict';
import { ActiveCase } from '../../../src/case/activeCase.ts';

/**
 * Creates the service of a workspace without a case: it may load nothing, and write nothing.
 *
 * @param isAllowed - whether a rule of the organisation allows a record
 */
export function noCase(isAllowed = true): ActiveCase {
  return new ActiveCase({
    state: { get: () => undefined, update: () => assert.fail('nothing is stored') },
    loadTools: () => assert.fail('nothing is loaded'),
    toolVersion: '9.9.9',
    user: () => assert.fail('nobody is named'),
    isAllowed: () => isAllowed,
    onFailure: (error) => assert.fail(String(error)),
  });
}
