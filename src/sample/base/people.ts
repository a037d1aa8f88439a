import { createRandom } from './random.ts';

/**
 * Requestors of the actions: people by user principal name, apps by id (2021–22) or by name (2023 and later), api-facts
 * §1.
 */
export const requestors = {
  amira: 'amira.haddad@fabrikam.example',
  jonas: 'jonas.lindqvist@fabrikam.example',
  lucia: 'lucia.marchetti@fabrikam.example',
  playbooks: 'SOAR-Playbooks',
  oldApp: createRandom('app').guid(),
} as const;
