/** A list, or the groups of a match; null and undefined where nothing matched. */
type Texts = ArrayLike<string | undefined> | null | undefined;

/** Returns a text of a list; empty where the list has none there. */
export function textAt(list: Texts, index: number): string {
  return list?.[index] ?? '';
}

/** Returns a number of a list; 0 where the list has none there. */
export function numberAt(list: ArrayLike<number>, index: number): number {
  return list[index] ?? 0;
}
