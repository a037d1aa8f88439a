/*
 * Schemes of our addresses. They have a file of their own, because activation must not load the code that builds
 * addresses.
 */

/** Scheme of results. */
export const RESULT_SCHEME = 'live-response';
/** Scheme of pages about commands without a readable result. */
export const STATUS_SCHEME = 'live-response-status';
/** Scheme of overviews of runs. */
export const RUN_SCHEME = 'live-response-run';
