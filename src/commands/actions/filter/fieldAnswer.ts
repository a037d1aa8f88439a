import type { ActionFilter } from '../../../actions/actionFilter.ts';

/**
 * Answer for a field: its condition; `any` if the field should have no condition; undefined if the user gave no answer.
 */
export type FieldAnswer = ActionFilter | 'any' | undefined;
