import { env, l10n } from 'vscode';

/** Returns the page that the browser shows after a successful sign-in. */
export function donePage(): string {
  return page(l10n.t('You are signed in.'), l10n.t('Close this tab and go back to VS Code.'));
}

/** Returns the page that the browser shows after the sign-in service or the user refused the sign-in. */
export function failedPage(): string {
  return page(l10n.t('You are not signed in.'), l10n.t('Close this tab; VS Code says what happened.'));
}

/**
 * Builds a page that loads nothing and runs no script, because the page's address contains the sign-in service's
 * answer.
 */
function page(title: string, text: string): string {
  return `<!doctype html>
<html lang="${env.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(title)}</title>
<style>
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 32rem; margin: 20vh auto; padding: 0 1rem; }
</style>
</head>
<body><main><h1>${escape(title)}</h1><p>${escape(text)}</p></main></body>
</html>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
