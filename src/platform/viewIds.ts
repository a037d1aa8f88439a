/** Id of the view that lists machine actions. */
export const actionsViewId = 'liveResponse.actions';
/** Id of the view that lists the hits of a search in stored results. */
export const searchViewId = 'liveResponse.search';

/** Id of the view that lists the records of an audit trail. */
export const auditViewId = 'liveResponse.auditTrail';

/** Type of the editor that shows results and runs as tables. */
export const TABLE_VIEW = 'liveResponse.table';
