/** A range of lines in a text, counted from 1. The last line is inclusive. */
export interface LineSpan {
  readonly first: number;
  readonly last: number;
}
