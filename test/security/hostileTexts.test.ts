import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createContext, Script } from 'node:vm';
import { hostNamesOf } from '../../src/model/machineAction.ts';
import { RunGroups } from '../../src/evidence/compare/runGroups.ts';
import { findFileNameMismatch } from '../../src/model/mismatches.ts';
import { findHits, toPattern } from '../../src/worker/findHits.ts';
import { toCsv } from '../../src/evidence/export/csv.ts';
import { decodeResult } from '../../src/evidence/decode/decode.ts';
import { defang, refang } from '../../src/evidence/indicators/defang.ts';
import { toDocumentBytes } from '../../src/evidence/text/documentText.ts';
import { buildCompactBlock, buildFullBlock, buildTableRow } from '../../src/evidence/blocks/evidenceBlock.ts';
import type { EvidenceSource } from '../../src/evidence/blocks/evidenceSource.ts';
import { collectIndicators } from '../../src/evidence/indicators/indicators.ts';
import { normalise, usualRules } from '../../src/evidence/compare/normalise.ts';
import { outlineLines } from '../../src/evidence/outline/outline.ts';
import { buildPlainBlock } from '../../src/evidence/blocks/plainBlock.ts';
import { cutQuotation, WHOLE_TEXT } from '../../src/evidence/text/quotation.ts';
import { countErrorLines, measureText } from '../../src/evidence/text/textFacts.ts';
import { findParts } from '../../src/evidence/text/textParts.ts';
import { readWithCodePage, viewText } from '../../src/evidence/views/textViews.ts';
import { buildResultUri } from '../../src/base/resultUri.ts';
import { NAMED_VIEWS } from '../../src/base/textView.ts';
import { makeNameVisible, makeVisible } from '../../src/evidence/text/visible.ts';
import { oneLine, plainLabel, plainSentence } from '../../src/platform/remoteText.ts';
import { hostileNames, hostileTexts } from './support/hostileTexts.ts';

/** Length of the texts. Quadratic work on it takes many minutes, linear work takes a second. */
const SIZE = 500_000;
/** Limit of each step, in ms: far above a busy machine's time, far below quadratic time. */
const TIMEOUT_MS = 60_000;
const work = new Script('work()');

/** Runs every step. V8 stops a step that does not end, and the failure names it. */
function runAll(steps: Readonly<Record<string, (text: string) => unknown>>, text: string): void {
  for (const [name, step] of Object.entries(steps)) {
    const context = createContext({ work: () => void step(text) });
    assert.doesNotThrow(() => work.runInContext(context, { timeout: TIMEOUT_MS }) as unknown, name);
  }
}

/** Returns the bytes of a result file with this output. */
const encode = (text: string): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({ script_name: 'a.ps1', exit_code: 0, script_output: text, script_errors: '' }),
  );

const ID = '01234567-89ab-4cde-8f01-23456789abcd';
const source: EvidenceSource = {
  address: { cloud: 'commercial', tenantId: ID, actionId: ID, commandIndex: 0, stream: 'output' },
  connection: 'Contoso',
  device: 'dc1',
  machineId: undefined,
  script: 'a.ps1',
  scriptArguments: undefined,
  requestor: undefined,
  requestorComment: undefined,
  actionStatus: undefined,
  commandStatus: undefined,
  createdAt: '2026-11-23T21:04:41Z',
  startedAt: undefined,
  endedAt: undefined,
  updatedAt: undefined,
  fetchedAt: 0,
  answeredAt: undefined,
  fetchedBy: undefined,
  fetchedWith: undefined,
  toolVersion: '0.1.0',
  exitCode: 0,
  file: { size: 1, sha256: 'a'.repeat(64) },
  text: { lines: 1, sha256: 'a'.repeat(64) },
  blob: {},
  changes: [],
  mismatches: [],
};

/** Everything that runs on a device's text, in the extension host or in the worker. */
const STEPS: Readonly<Record<string, (text: string) => unknown>> = {
  'decode a file': (text) => decodeResult(encode(text)),
  'decode a file that is no result': (text) => decodeResult(new TextEncoder().encode(text)),
  measure: (text) => [measureText(text), countErrorLines(text), findParts(text), toDocumentBytes(text)],
  outline: (text) => outlineLines(text.replaceAll('\0', '\u2400').split(/\r\n?|\n/u)),
  indicators: (text) => collectIndicators(text),
  defang: (text) => refang(defang(text).text),
  quote: (text) => cutQuotation(text, [WHOLE_TEXT]),
  'quote as a block': (text) => buildCompactBlock(source, cutQuotation(text, [WHOLE_TEXT])),
  'quote as plain text': (text) => buildPlainBlock(source, cutQuotation(text, [WHOLE_TEXT]), 'full'),
  'quote in a table': (text) => buildTableRow(source, cutQuotation(text, [WHOLE_TEXT])),
  views: (text) => NAMED_VIEWS.map((view) => viewText(text, view, ['dc1', 'dc1.example.com']).length),
  'read by a code page': (text) => readWithCodePage(Buffer.from(text, 'latin1'), 'cp850'),
  'make visible': (text) => [makeVisible(text).count, makeNameVisible(text).count],
  normalise: (text) => normalise(text, usualRules, ['a', 'dc1.example.com']),
  compare: (text) => {
    const groups = new RunGroups(usualRules);
    groups.add({ member: 0, names: ['a'], output: text, errors: '', exitCode: 0 });
    return groups.compare(1);
  },
  search: (text) => {
    findHits(toPattern({ text: text.slice(0, 1), isRegExp: false, matchCase: true }), 'output', text, 500, {
      hits: [],
      more: 0,
      lastLine: 0,
    });
  },
  'write a table': (text) => toCsv(['a'], [[text]]),
};

const NAME_STEPS: Readonly<Record<string, (name: string) => unknown>> = {
  'find the host': (name) => hostNamesOf(named(name)),
  'show in the interface': (name) => [oneLine(name), plainLabel(name), plainSentence(name)],
  'build an address': (name) =>
    buildResultUri(source.address, { connection: name, device: name, script: name, createdAt: name }).toString(),
  'build a block': (name) => buildFullBlock({ ...source, device: name, script: name }, cutQuotation('a', [WHOLE_TEXT])),
  'build a row': (name) => buildTableRow({ ...source, device: name }, cutQuotation('a', [WHOLE_TEXT])),
  'normalise with it': (name) => normalise(name, usualRules, [name]),
  'compare the file name': (name) => findFileNameMismatch(source.address, name),
};

function named(computerDnsName: string): Parameters<typeof hostNamesOf>[0] {
  return { computerDnsName, machineId: null } as Parameters<typeof hostNamesOf>[0];
}

suite('No step on a hostile text takes more than linear time', () => {
  for (const { name, make } of hostileTexts) {
    test(name, () => {
      const text = make(SIZE);
      assert.ok(text.length > SIZE / 2, 'the text is as long as it must be');
      runAll(STEPS, text);
    });
  }
});

suite('No step on a hostile name takes more than linear time', () => {
  for (const { name, make } of hostileNames) {
    test(name, () => {
      runAll(NAME_STEPS, make(SIZE));
    });
  }
});

test('The corpus has 40 texts at least, each with a name of its own, and is the same each time', () => {
  const names = hostileTexts.map(({ name }) => name);
  assert.ok(names.length >= 40);
  assert.equal(new Set(names).size, names.length);
  for (const { make } of [...hostileTexts, ...hostileNames]) assert.equal(make(5_000), make(5_000));
});
