/** Something in which a pack is not what it says. */
export interface PackDifference {
  readonly kind:
    | 'missing'
    | 'seal'
    | 'notSealed'
    | 'noFile'
    | 'changed'
    | 'unreadable'
    | 'cutOff'
    | 'otherRows'
    | 'order'
    | 'noReason'
    | 'noResult'
    | 'otherResult'
    | 'otherHost'
    | 'otherMarks'
    | 'added'
    | 'more';
  /** Name of a file in the pack, number of a row of its index, or the seal that it has. Remote text. */
  readonly name: string;
}
