/** The scheme of our addresses, in a file of its own: activation needs it, and none of what builds addresses. */
export const RESULT_SCHEME = 'live-response';
