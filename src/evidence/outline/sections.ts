import { textAt } from '../../base/atIndex.ts';
import { MAX_ITEMS, nameOf } from './outlineItem.ts';
import type { OutlineItem, OutlineText } from './outlineItem.ts';

/** Longest line that can be a heading, in UTF-16 units. */
const MAX_HEADING = 200;
/** Signs that scripts put around a heading, at least three of them on each side. */
const RULES = ['=', '-', '#', '*'];

/** Signs and forms in brackets that are no name: JSON, nested brackets, and times. */
const NOT_IN_BRACKETS = /[[\]",]|^\d{4}-\d\d-\d\d|^\d{1,2}:\d\d/u;

interface Heading {
  readonly at: number;
  readonly name: string;
}

/**
 * Outlines a text with headings as scripts print them: `=== Processes ===`, `--- Processes ---` or `[Processes]`. There
 * must be at least two headings of one form. Headings of other forms are part of their sections.
 */
export function outlineSections({ lines, start }: OutlineText): readonly OutlineItem[] | undefined {
  const forms = new Map<string, Heading[]>();
  for (let at = start; at < lines.length; at++) {
    const heading = readHeading(textAt(lines, at));
    if (heading === undefined) continue;
    const known = forms.get(heading.form);
    if (known === undefined) forms.set(heading.form, [{ at, name: heading.name }]);
    else if (known.length <= MAX_ITEMS) known.push({ at, name: heading.name });
  }
  // Signs around a text are rarer than brackets, which may also mark a state, such as `[OK]` after each step.
  const form = [...RULES, '['].find((sign) => isForm(forms.get(sign) ?? [], sign));
  const headings = form === undefined ? undefined : forms.get(form);
  return headings?.map(({ at, name }, index) => {
    let lastLine = (headings[index + 1]?.at ?? lines.length) - 1;
    while (lastLine > at && lines[lastLine]?.trim() === '') lastLine--;
    return { name: nameOf(name, '–'), detail: '', kind: 'section', firstLine: at, lastLine, children: [] };
  });
}

function isForm(headings: readonly Heading[], sign: string): boolean {
  if (headings.length < 2 || headings.length > MAX_ITEMS) return false;
  return sign !== '[' || new Set(headings.map(({ name }) => name)).size === headings.length;
}

/** Reads a line as a heading: its form, by the sign around the name, and the name. */
function readHeading(line: string): { readonly form: string; readonly name: string } | undefined {
  if (line.length > MAX_HEADING) return undefined;
  const text = line.trim();
  const sign = textAt(text, 0);
  if (sign === '[') {
    const name = text.slice(1, -1);
    return text.endsWith(']') && isName(name) && !NOT_IN_BRACKETS.test(name) ? { form: sign, name } : undefined;
  }
  if (!RULES.includes(sign)) return undefined;
  let width = 1;
  while (text[width] === sign) width++;
  let end = text.length;
  while (end > width && text[end - 1] === sign) end--;
  if (width < 3 || text.length - end < 3) return undefined;
  const name = text.slice(width, end).trim();
  // `-----BEGIN CERTIFICATE-----` and its end are not headings.
  return isName(name) && !/^(?:BEGIN|END) /u.test(name) ? { form: sign, name } : undefined;
}

function isName(name: string): boolean {
  return /\p{L}/u.test(name);
}
