import { randomBytes } from 'node:crypto';
import { Uri } from 'vscode';
import type { Webview } from 'vscode';

/** Folders from which the page may load its script and its styles. */
export function pageFolders(extension: Uri): Uri[] {
  return [Uri.joinPath(extension, 'dist'), Uri.joinPath(extension, 'media')];
}

/** Returns a page with one sentence of this extension, and nothing else. */
export function emptyHtml(sentence: string): string {
  const text = sentence.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<!DOCTYPE html><html><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'"></head><body><p>${text}</p></body></html>`;
}

/**
 * Returns the HTML of a table's page. It contains no word and no text of a device: both arrive as messages and become
 * text contents. The page may load its own script and styles, and nothing else: no picture, no font, no address.
 */
export function pageHtml(webview: Webview, extension: Uri, language: string): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(Uri.joinPath(extension, 'dist', 'tablePage.js')).toString();
  const style = webview.asWebviewUri(Uri.joinPath(extension, 'media', 'table.css')).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${language.replaceAll(/[^a-zA-Z-]/gu, '')}">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Live Response</title>
  <link rel="stylesheet" href="${style}">
</head>
<body class="loading" data-vscode-context='{"preventDefaultContextMenuItems": true}'>
  <header>
    <div id="bar" role="group">
      <select id="table-choice"></select>
      <input id="any" type="search" spellcheck="false">
      <select id="stack"></select>
      <button id="normalise" type="button" aria-pressed="false" hidden></button>
      <button id="new-only" type="button" aria-pressed="false"></button>
      <button id="newest" type="button" aria-pressed="false" hidden></button>
      <button id="known-good" type="button" aria-pressed="false"></button>
      <button id="list" type="button"></button>
      <button id="columns" type="button" hidden></button>
    </div>
    <div class="sentences">
      <span id="sentence" role="status"></span>
      <button id="clear" type="button" class="link" hidden></button>
      <button id="without" type="button" class="link" hidden></button>
      <span id="status" role="status" hidden></span>
      <span id="lack" hidden></span>
      <button id="fetch" type="button" class="link" hidden></button>
      <button id="outside" type="button" class="link" hidden></button>
      <span id="trouble" role="alert"></span>
    </div>
  </header>
  <main><regular-table id="grid" tabindex="0"></regular-table></main>
  <script nonce="${nonce}" src="${script}"></script>
</body>
</html>`;
}
