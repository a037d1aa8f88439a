import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { drawPictures } from '../../../scripts/pictures.ts';

interface Step {
  readonly title: string;
  readonly description: string;
  readonly media: { readonly image: Readonly<Record<string, string>>; readonly altText: string };
  readonly completionEvents: readonly string[];
}
interface Manifest {
  readonly publisher: string;
  readonly name: string;
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly menus: { readonly commandPalette: readonly { readonly command: string; readonly when: string }[] };
    readonly viewsWelcome: readonly { readonly when: string; readonly contents: string }[];
    readonly walkthroughs: readonly { readonly id: string; readonly steps: readonly Step[] }[];
  };
}

const { contributes, publisher, name } = JSON.parse(await readFile('package.json', 'utf8')) as Manifest;
const nls = JSON.parse(await readFile('package.nls.json', 'utf8')) as Readonly<Record<string, string>>;
const keys = await readFile('src/platform/contextKeys.ts', 'utf8');

/** Returns the values of a context key, as listed in its type. */
function valuesOf(key: string): string[] {
  const [, values = ''] = new RegExp(`'liveResponse\\.${key}':([^;]*);`, 'u').exec(keys) ?? [];
  return [...values.matchAll(/'(\w+)'/gu)].map(([, value]) => value ?? '');
}

suite('the walkthrough', () => {
  const [walkthrough, another] = contributes.walkthroughs;

  test('has four steps, and the welcome leads to it', () => {
    assert.equal(another, undefined);
    assert.equal(walkthrough?.steps.length, 4);
    const address = encodeURIComponent(JSON.stringify(`${publisher}.${name}#${walkthrough.id}`));
    assert.ok(nls['welcome.noConnection']?.includes(`(command:workbench.action.openWalkthrough?${address})`));
  });

  test('shows a picture of our own in each kind of theme, with words for who does not see it', async () => {
    for (const { media } of walkthrough?.steps ?? []) {
      assert.deepEqual(Object.keys(media.image), ['light', 'dark', 'hc', 'hcLight']);
      for (const file of Object.values(media.image)) await access(file);
      assert.ok((nls[media.altText.slice(1, -1)] ?? '').length > 40, media.altText);
    }
  });

  test('has the pictures that "node scripts/pictures.ts" draws', async () => {
    const named = walkthrough?.steps.flatMap(({ media }) => Object.values(media.image)) ?? [];
    const pictures = drawPictures();
    assert.deepEqual([...pictures.keys()].sort(), [...named].sort());
    for (const [file, picture] of pictures) assert.equal(await readFile(file, 'utf8'), picture, file);
  });

  test('ends each step by what is done in it, with commands and context keys that exist', () => {
    const known = new Set(contributes.commands.map(({ command }) => command));
    for (const { completionEvents, description } of walkthrough?.steps ?? []) {
      assert.ok(completionEvents.length > 0);
      for (const event of completionEvents) {
        const [, command] = /^onCommand:(.+)$/u.exec(event) ?? [];
        const [, key = '', value = ''] = /^onContext:liveResponse\.(\w+) == (\w+)$/u.exec(event) ?? [];
        assert.ok(command === undefined ? valuesOf(key).includes(value) : known.has(command), event);
      }
      assert.match(nls[description.slice(1, -1)] ?? '', /^\[[^\]]+\]\(command:/mu, 'a step has a button');
    }
  });
});

suite('what an empty view says', () => {
  const shows = (key: string, value: string): boolean =>
    contributes.viewsWelcome.some(({ when }) => when.includes(`liveResponse.${key} == ${value}`));

  test('has words for every state in which no row says anything', () => {
    assert.ok(shows('connections', 'none'));
    // While it loads, the view has its progress bar. A failure is shown above the rows with the next steps.
    const rows = ['loading', 'shown', 'failed'];
    const states = valuesOf('list').filter((state) => !rows.includes(state));
    assert.ok(states.length >= 2);
    for (const state of states) assert.ok(shows('list', state), state);
    for (const types of valuesOf('types')) assert.ok(shows('types', types), types);
  });

  test('says why nobody is signed in, for every reason', () => {
    const reasons = valuesOf('signedOut');
    assert.ok(reasons.length >= 8);
    for (const reason of reasons) assert.ok(shows('signedOut', reason), reason);
  });
});

suite('the palette', () => {
  test('hides nothing for what is unknown before the view was looked at', () => {
    for (const { command, when } of contributes.menus.commandPalette) {
      assert.doesNotMatch(when, /liveResponse\.(?:connections|signedIn) ==/u, command);
    }
  });
});
