import type { Person } from './directory.ts';

/** Returns a page for users. Everything in it works with the keyboard alone, and without scripts. */
export function page(title: string, content: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 26rem; padding: 0 1rem; }
button, input { font: inherit; padding: .5rem .75rem; margin: .25rem 0; display: block; width: 100%; box-sizing: border-box; }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${content}
</main>
</body>
</html>
`;
}

/** Asks which user signs in. The user whom the application named comes first and has the focus. */
export function accountPage(people: readonly Person[], hint: string | undefined): string {
  const ordered = [...people].sort((one, other) => Number(other.upn === hint) - Number(one.upn === hint));
  const buttons = ordered.map(
    ({ oid, upn }, index) =>
      `<button name="account" value="${oid}"${index === 0 ? ' autofocus' : ''}>Sign in as ${escaped(upn)}</button>`,
  );
  return page(
    'Pick an account',
    `<form method="post">\n${buttons.join('\n')}\n<button name="cancel" value="yes">Cancel</button>\n</form>`,
  );
}

/** Asks a user to consent to the application's permissions. */
export function consentPage(person: Person, permissions: readonly string[]): string {
  const items = permissions.map((permission) => `<li>${escaped(permission)}</li>`).join('');
  return page(
    'Permissions requested',
    `<p id="what">Live Response Results would like to:</p><ul aria-labelledby="what">${items}</ul>
<form method="post">
<input type="hidden" name="account" value="${person.oid}">
<button name="consent" value="accept" autofocus>Accept</button>
<button name="consent" value="decline">Cancel</button>
</form>`,
  );
}

/** Asks for the code that the application shows. The form is the provider's. */
export function codePage(form: string, trouble: string | undefined): string {
  const alert = trouble === undefined ? '' : `<p role="alert">${escaped(trouble)}</p>`;
  const labelled = form.replace('placeholder="Enter code"', 'aria-label="Code"');
  return page(
    'Enter code to allow access',
    `${alert}<p>Enter the code that the application shows.</p>${labelled}<button form="op.deviceInputForm">Next</button>`,
  );
}

/** Asks whether the code really comes from the application that the user uses. The form is the provider's. */
export function confirmPage(form: string): string {
  return page(
    'Are you trying to sign in to Live Response Results?',
    `${form}<button form="op.deviceConfirmForm" autofocus>Continue</button>
<button form="op.deviceConfirmForm" name="abort" value="yes">Cancel</button>`,
  );
}

/** Returns a page with a text and no next step. */
export function lastPage(title: string, text: string): string {
  return page(title, `<p role="status">${escaped(text)}</p>`);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
