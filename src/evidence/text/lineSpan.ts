/** Lines of a text, from 1, both ends included. */
export interface LineSpan {
  readonly first: number;
  readonly last: number;
}
