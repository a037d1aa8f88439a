import type { ActionFilter } from '../../../actions/actionFilter.ts';

/** A field's answer: what it wants; `any` where it shall not matter; undefined where nothing was answered. */
export type FieldAnswer = ActionFilter | 'any' | undefined;
