/** Id of the view that lists machine actions. */
export const actionsViewId = 'liveResponse.actions';
/** Id of the view that lists the hits of a search in stored results. */
export const searchViewId = 'liveResponse.search';
