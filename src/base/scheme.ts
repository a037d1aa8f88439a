/** Scheme of our addresses. It has its own file, because activation must not load the code that builds addresses. */
export const RESULT_SCHEME = 'live-response';
