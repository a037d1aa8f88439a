import { l10n } from 'vscode';

/** Returns the accessibility help as plain text: a heading for each place, one or two sentences in each line. */
export function helpText(): string {
  const parts: readonly (readonly [heading: string, ...lines: string[]])[] = [
    [
      l10n.t('Live Response: Accessibility Help'),
      l10n.t(
        'Everything can be done by keyboard. F1 opens the command palette: all commands begin with "Live Response".',
      ),
      l10n.t(
        'VS Code itself: Alt+F1 opens its accessibility help, Shift+F10 a context menu, Ctrl+M lets Tab move the focus out of a text. On macOS, take Cmd for Ctrl, but for Ctrl+Shift+M in place of Ctrl+M and Option+F1 in place of Alt+F1.',
      ),
    ],
    [
      l10n.t('The view Machine Actions'),
      l10n.t(
        'Reach it: F1, then "Focus on Machine Actions View". Without a connection, Tab goes through what it offers.',
      ),
      l10n.t(
        'Each row says script, device, age and state in words; after a result was fetched, its exit code, too. Rows with commands in them say whether they are open.',
      ),
      l10n.t(
        'Up and Down move and fetch nothing. Left and Right close and open a row. Enter opens the result and moves into its text. F1 and Shift+F10 offer what can be done with the selected row.',
      ),
      l10n.t('To go to a row, type the beginning of its script’s name; Ctrl+Alt+F opens a search in the list.'),
      l10n.t('"Open Result by ID or Link" in the palette opens a result by ID, link or file name, without the list.'),
    ],
    [
      l10n.t('A result'),
      l10n.t(
        'The output is an editor that cannot be changed: all ways of VS Code to read and search work in it. Its name says device, script and time.',
      ),
      l10n.t(
        'Few errors open below it, many beside it; the setting liveResponse.openErrors chooses one place. "Open Errors" and "Open Output" in the palette go from one to the other, and move the focus there.',
      ),
      l10n.t(
        'The exit code is in the status bar, in words and numbers, never by color alone. "Show Result Actions" in the palette says it, too, with what is to be known about the result.',
      ),
      l10n.t('NUL characters stand as ␀, one for one. Nothing else is replaced.'),
    ],
    [
      l10n.t('Into your notes'),
      l10n.t(
        'Shift with the arrow keys selects; Ctrl+K Ctrl+C copies the selection as an evidence block with its source. "Append to Notes" in the palette puts it into a notes file; "Select Notes File" changes the file.',
      ),
      l10n.t(
        'After pasting whole lines into Markdown, Ctrl+. offers other forms. "Check Notes’ Evidence" writes a report that begins with a summary.',
      ),
    ],
    [
      l10n.t('What is said aloud'),
      l10n.t(
        'Failures, and what was finished while you were elsewhere, are notifications with buttons: VS Code reads them out, and F1 "Notifications: Show Notifications" goes to them. Progress that takes longer than two seconds is one, too, with Cancel.',
      ),
      l10n.t(
        'Short confirmations, such as "copied", stand in the status bar for some seconds: F1 "Focus Status Bar", or F6 several times, reads them.',
      ),
    ],
    [
      l10n.t('Settings that help'),
      l10n.t('editor.accessibilitySupport: VS Code finds a screen reader by itself; "on" does not depend on that.'),
      l10n.t(
        'editor.wordWrap wraps long lines of a result; it is off, because line numbers are those of the device’s output either way.',
      ),
      l10n.t(
        'accessibility.signals.*: sounds of VS Code. window.zoomLevel makes everything larger; all themes, those of high contrast, too, work.',
      ),
    ],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
