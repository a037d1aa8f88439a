import { createRandom } from './random.ts';

/**
 * Requestors of the actions. People have a user principal name. Apps have an id (2021–22) or a name (2023 and later),
 * api-facts §1.
 */
export const requestors = {
  amira: 'amira.haddad@fabrikam.example',
  jonas: 'jonas.lindqvist@fabrikam.example',
  lucia: 'lucia.marchetti@fabrikam.example',
  playbooks: 'SOAR-Playbooks',
  oldApp: createRandom('app').guid(),
} as const;
