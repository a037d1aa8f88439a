/** When clauses that several commands share. They use VS Code's context keys and the keys in `platform/contextKeys`. */

/**
 * Clause of the ten main commands. They always stand in the palette, and explain what they lack, so that a user finds
 * them before there is anything to work on.
 */
export const ALWAYS = 'true';

export const IN_ACTIONS_VIEW = 'view == liveResponse.actions';
export const IN_SEARCH_VIEW = 'view == liveResponse.search';
export const IN_AUDIT_VIEW = 'view == liveResponse.auditTrail';

/** At least one connection exists. */
export const IS_CONNECTED = 'liveResponse.connections == some';
/** A connection exists, or the extension has not read the connections yet, because it loads late. */
export const MAY_BE_CONNECTED = 'liveResponse.connections != none';

export const IN_RESULT = 'resourceScheme == live-response';
/** A row of a table, in its context menu. */
export const ON_TABLE_ROW = "webviewId == 'liveResponse.table'";
/** The active editor shows a result or a run as a table. */
export const IN_TABLE = 'activeCustomEditorId == liveResponse.table';
export const IN_RUN_OVERVIEW = 'resourceScheme == live-response-run';
/** A result is open or selected in the tree. */
export const HAS_RESULT = 'resourceScheme == live-response || liveResponse.selection == results';
/** A result is open or selected in the tree, or the overview of a run is open. */
export const HAS_QUOTABLE = `${HAS_RESULT} || ${IN_RUN_OVERVIEW}`;
/** The row is a hit, or a result with hits. */
export const ON_HIT = String.raw`viewItem =~ /^(hit|foundResult)$/`;
/** A search was started in this window. */
export const HAS_SEARCH = 'liveResponse.search =~ /running|ended|listed/';

/** A case is open, and results can be marked. */
export const CAN_MARK = 'liveResponse.marks == open';

/** No administrator forbids it. */
export const MAY_FETCH_AUDIT = 'liveResponse.auditFetch != forbidden';
export const MAY_PACK = 'liveResponse.packs != forbidden';

/** The row is a record of the audit trail, wherever it stands. */
export const ON_RECORD = String.raw`view =~ /^liveResponse\.(actions|auditTrail)$/ && viewItem =~ /^auditRecord\b/`;

export const ON_ONE_ROW = '!listMultiSelection';
/** The row has an output and errors. */
export const ON_TRANSCRIPT_ROW = String.raw`viewItem =~ /\btranscript\b/`;
/** The row is an action that collects an investigation package. */
export const ON_PACKAGE_ROW = String.raw`viewItem =~ /\bpackage\b/`;
/** The row belongs to a device. */
export const ON_MACHINE_ROW = String.raw`viewItem =~ /\bmachine\b/`;
/** The row is an action or a command of an action. */
export const ON_RESULT_ROW = String.raw`viewItem =~ /^(action|command)\b/`;
/** The row is an action, a command of an action, or a run. */
export const ON_RUN_ROW = String.raw`viewItem =~ /^(action|command|group run)\b/`;

export const BEFORE_LAST_PART = 'liveResponse.part =~ /first|middle/';
export const AFTER_FIRST_PART = 'liveResponse.part =~ /middle|last/';
export const IN_ANY_PART = 'liveResponse.part =~ /first|middle|last/';

/** Joins when clauses by "or". */
export function either(...clauses: readonly string[]): string {
  return clauses.join(' || ');
}

/** Joins when clauses by "and". */
export function all(...clauses: readonly string[]): string {
  return clauses.join(' && ');
}
