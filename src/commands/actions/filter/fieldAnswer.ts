import type { ActionFilter } from '../../../actions/actionFilter.ts';

/** Answer for a field: its condition; `any` where the field should not matter; undefined where nothing was answered. */
export type FieldAnswer = ActionFilter | 'any' | undefined;
