/** Returns the smallest length of a fence that no line of the text can close: 3 or more of this mark. */
export function fewestNeeded(text: string, mark: '`' | '~' | '-'): number {
  let longest = 2;
  let streak = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
    streak = at > 0 && text.charAt(at - 1) === mark ? streak + 1 : 1;
    if (streak > longest) longest = streak;
  }
  return longest + 1;
}
