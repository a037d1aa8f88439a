/**
 * Text from a device or the service, made safe for one line of the interface: control characters and bidirectional
 * overrides are shown as U+FFFD, so a name cannot turn a label around. Documents and quotations never pass here.
 */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

/**
 * VS Code makes links of `[text](address)` in notifications, commands included. A blank keeps remote text from that,
 * wherever in a sentence it stands.
 */
export function withoutLinks(sentence: string): string {
  return sentence.replaceAll('](', '] (');
}

/** The same for places where VS Code draws `$(name)` as an icon: status bar, quick picks. */
export function oneLineNoIcons(text: string): string {
  return oneLine(text).replaceAll('$(', '\\$(');
}
