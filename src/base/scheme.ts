/** Scheme of our addresses. A file of its own, because activation needs it without the code that builds addresses. */
export const RESULT_SCHEME = 'live-response';
