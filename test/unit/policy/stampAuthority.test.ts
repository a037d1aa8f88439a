import assert from 'node:assert/strict';
import { before, beforeEach, suite, test } from 'node:test';
import { loadSource } from '../../../scripts/manifest.ts';
import type { StampPlace } from '../../../src/case/anchors/stampHeads.ts';
import type { anchorRecord } from '../../../src/commands/case/anchorRecord.ts';
import type { StampServices } from '../../../src/commands/case/stampRecord.ts';
import type { CommandRunner } from '../../../src/commands/common/commandRunner.ts';
import type { Settings } from '../../../src/platform/config.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { FAKE, fakeVscode } from './fakeVscode.ts';
import { policyOf, WRITABLE } from './policyOf.ts';

const HEAD = 'a'.repeat(64);
const TIME = Date.UTC(2026, 10, 23, 21, 4);

interface Row {
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

interface Input {
  readonly value: string;
  readonly prompt: string;
  readonly validateInput: (text: string) => { readonly message: string } | undefined;
}

suite('the authority that is asked for a time stamp', () => {
  let load: {
    readonly anchor: { readonly anchorRecord: typeof anchorRecord };
    readonly runner: { readonly CommandRunner: typeof CommandRunner };
    readonly config: { readonly Settings: typeof Settings };
  };
  before(async () => {
    load = {
      anchor: await loadSource('src/commands/case/anchorRecord.ts', FAKE),
      runner: await loadSource('src/commands/common/commandRunner.ts', FAKE),
      config: await loadSource('src/platform/config.ts', FAKE),
    };
  });

  let rows: readonly Row[];
  let inputs: Input[];
  let told: { readonly message: string; readonly isModal: boolean; readonly buttons: readonly string[] }[];
  let asked: string[];
  let notes: unknown[];
  let logged: string[];
  let folder: string;
  let duringRequest: () => void;
  let allowed: Set<string>;
  beforeEach(() => {
    allowed = new Set();
    duringRequest = () => undefined;
    folder = '/case';
  });

  /** Chooses a time stamp. @param typed - the address that is entered. @param answer - the answer to the question */
  async function choose(policy: Policy, setting: unknown, typed?: string, answer?: 'Allow'): Promise<void> {
    [rows, inputs, told, asked, notes, logged] = [[], [], [], [], [], []];
    const tell = (message: string, ...rest: readonly unknown[]): Promise<string | undefined> => {
      const isModal = rest.some((one) => typeof one === 'object');
      told.push({ message, isModal, buttons: rest.filter((one) => typeof one === 'string') });
      return Promise.resolve(isModal ? answer : undefined);
    };
    const window = {
      showInformationMessage: tell,
      showWarningMessage: tell,
      showErrorMessage: tell,
      showQuickPick: (given: readonly Row[]) => {
        rows = given;
        return Promise.resolve(given.find(({ label }) => label.startsWith('Time Stamp')));
      },
      showInputBox: (options: Input) => {
        inputs.push(options);
        return Promise.resolve(typed);
      },
    };
    fakeVscode(
      { QuickPickItemKind: { Separator: -1 }, InputBoxValidationSeverity: { Error: 3 }, window },
      {
        timeStampAuthority: setting,
      },
    );
    const settings = new load.config.Settings(policy);
    const log = { failure: () => undefined, info: (text: string) => logged.push(text) };
    const services = {
      settings,
      log,
      allowedAuthorities: allowed,
      sendStampQuery: () => assert.fail('only the tools send'),
      activeCase: {
        get current() {
          return { folder };
        },
        settle: () => Promise.resolve(),
        note: (event: unknown) => notes.push(event),
        tools: () =>
          Promise.resolve({
            stampHeads: (_folder: string, { url }: StampPlace) => {
              asked.push(url);
              duringRequest();
              return Promise.resolve({ file: '/case/anchors/20261123T210400Z.heads', head: HEAD, time: TIME });
            },
          }),
      },
    } as unknown as StampServices;
    const runner = new load.runner.CommandRunner({ log: log as never, settings });
    await load.anchor.anchorRecord(services, runner);
    // A message is shown without being waited for.
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  const questions = (): string[] => told.filter(({ isModal }) => isModal).map(({ message }) => message);
  const free = policyOf({});

  test('without a setting, it is typed once, after the list has said what is sent', async () => {
    await choose(free, '', 'https://tsa.example/stamp', 'Allow');
    const row = rows.find(({ label }) => label.startsWith('Time Stamp'));
    assert.match(row?.detail ?? '', /only the SHA-256 of the head/u);
    assert.equal(row?.description, '');
    assert.match(inputs[0]?.prompt ?? '', /http is enough, because its answer is signed/u);
    for (const refused of [
      '',
      'tsa.example',
      'https://u:p@tsa.example',
      'https://tsa.example/#x',
      'https://tsä.example',
    ])
      assert.match(
        inputs[0]?.validateInput(refused)?.message ?? '',
        /^Enter an https:\/\/ or http:\/\/ address/u,
        refused,
      );
    assert.equal(inputs[0]?.validateInput('http://tsa.example'), undefined);
    assert.deepEqual(asked, ['https://tsa.example/stamp']);
    assert.deepEqual(notes, [{ what: 'anchored', head: HEAD, by: 'timeStamp' }]);
    assert.deepEqual(logged, ['time stamp of tsa.example: 2026-11-23 21:04:00 UTC']);
    assert.equal(
      told.at(-1)?.message,
      `Stamped by tsa.example at 2026-11-23 21:04:00 UTC: 20261123T210400Z.heads. Head of the record: ${HEAD} Who signed is not checked here: verify_record.py --ca does that, or openssl ts -verify.`,
    );
  });

  test('the question names host and what is sent, and is asked once for each authority; without an answer nothing is sent', async () => {
    await choose(free, 'http://tsa.example:8080/a');
    assert.deepEqual(questions(), [
      'Send the SHA-256 of the head, and nothing else but a random number, to tsa.example:8080?',
    ]);
    assert.deepEqual([asked, notes], [[], []]);
    await choose(free, 'http://tsa.example:8080/a', undefined, 'Allow');
    assert.equal(questions().length, 1);
    await choose(free, 'http://tsa.example:8080/b');
    assert.deepEqual([questions(), asked], [[], ['http://tsa.example:8080/b']]);
    for (const other of ['https://tsa.example:8080/', 'http://tsa.example/', 'http://a.tsa.example:8080/']) {
      await choose(free, other);
      assert.equal(questions().length, 1, other);
      assert.deepEqual(asked, []);
    }
  });

  test('an input that is closed sends nothing', async () => {
    await choose(free, '');
    assert.deepEqual([inputs.length, told, asked], [1, [], []]);
  });

  test('a setting is taken without a question for the address; one that is none is shown to be corrected', async () => {
    await choose(free, 'https://tsa.example/', undefined, 'Allow');
    assert.deepEqual([inputs.length, asked], [0, ['https://tsa.example/']]);
    assert.equal(rows.find(({ label }) => label.startsWith('Time Stamp'))?.description, 'tsa.example');
    await choose(free, 'https://me:secret@tsa.example/');
    assert.equal(inputs[0]?.value, 'https://me:secret@tsa.example/');
    await choose(free, ['https://tsa.example/']);
    assert.equal(inputs[0].value, '');
    assert.deepEqual(asked, []);
  });

  test('a managed one is the only one, whatever the user has set', async () => {
    const managed = policyOf({ timeStampAuthority: 'https://given.example/' });
    for (const own of ['', 'https://own.example/', 'x']) {
      allowed.clear();
      await choose(managed, own, 'https://typed.example/', 'Allow');
      assert.deepEqual([inputs.length, asked], [0, ['https://given.example/']], own);
      assert.match(questions()[0] ?? '', /to given\.example\?$/u);
    }
  });

  test('where none may be asked, that is said, and nothing is asked or sent', async () => {
    for (const policy of [
      policyOf({ timeStampAuthority: '' }),
      policyOf({ timeStampAuthority: 'https://u:p@given.example/' }),
      policyOf({ timeStampAuthority: 'https://given.example/' }, WRITABLE),
      policyOf({}, { readError: 'EACCES' }),
    ]) {
      allowed.add('https://own.example');
      await choose(policy, 'https://own.example/', 'https://typed.example/', 'Allow');
      assert.match(told[0]?.message ?? '', /^Your administrator .*managed setting "timeStampAuthority"\)\.$/u);
      assert.deepEqual(told[0]?.buttons, ['Show Managed Settings']);
      assert.deepEqual([inputs, asked, notes, told.length], [[], [], [], 1]);
    }
  });

  test('a case that was closed for another one meanwhile gets no step of this one', async () => {
    duringRequest = () => {
      folder = '/other';
    };
    await choose(free, 'https://tsa.example/', undefined, 'Allow');
    assert.deepEqual([asked.length, notes], [1, []]);
  });
});
