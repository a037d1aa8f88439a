import { makeNameVisible } from '../evidence/text/visible.ts';

/** Returns a device's text on one line, with hidden characters visible. */
export function shownText(text: string): string {
  return makeNameVisible(text.replaceAll(/ ?[\r\n]+ ?/gu, ' ')).text;
}

/** Puts values into a word's places: `{0}`, `{1}`. */
export function fill(word: string, ...values: readonly string[]): string {
  return word.replaceAll(/\{(\d)\}/gu, (place, index: string) => values[Number(index)] ?? place);
}

/** Creates an element with a text. Nothing in the page is ever made of markup. */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = '',
  attributes: Readonly<Record<string, string>> = {},
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Creates a button. */
export function button(
  text: string,
  onClick: () => void,
  attributes: Readonly<Record<string, string>> = {},
): HTMLButtonElement {
  const made = element('button', text, { type: 'button', ...attributes });
  made.addEventListener('click', onClick);
  return made;
}
