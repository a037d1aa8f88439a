import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { buildCitation, buildOutsideAddress } from '../../../../src/evidence/blocks/citation.ts';
import {
  buildCitationLine,
  buildCompactBlock,
  buildFullBlock,
  buildTable,
  buildTableRow,
} from '../../../../src/evidence/blocks/evidenceBlock.ts';
import type { EvidenceSource } from '../../../../src/evidence/blocks/evidenceSource.ts';
import { buildPlainBlock } from '../../../../src/evidence/blocks/plainBlock.ts';
import { cutQuotation, WHOLE_TEXT } from '../../../../src/evidence/text/quotation.ts';
import { findEvidence } from '../../../../src/evidence/blocks/readEvidence.ts';
import { evidenceSource, SHA256, TEXT_SHA256 } from '../sources.ts';

const source = evidenceSource();
const QUOTED = { start: { line: 4, character: 0 }, end: { line: 6, character: 0 } };
const quotation = cutQuotation('1\n2\n3\n4\nfive\nsix\n7\n', [QUOTED]);
const LINK = buildCitation({ address: source.address, spans: quotation.spans });
const SOURCE = `[output lines 5–6 of 120](${LINK}) · SHA-256 \`${SHA256}\``;

suite('evidence blocks', () => {
  test('compact: title, fence, source', () => {
    assert.equal(
      buildCompactBlock(source, quotation),
      `**\`dc1.contoso.example\` · \`collect_all.ps1\` · exit code 0 · started 2026-11-23 21:04:01Z**\n\n\`\`\`text\nfive\nsix\n\`\`\`\n\nSource: ${SOURCE}\n`,
    );
  });

  test('the title says when: started, else created, else nothing; what is no time is left out', () => {
    const titleOf = (times: Partial<EvidenceSource>): string | undefined =>
      buildCompactBlock({ ...source, ...times }, quotation)
        .split('\n')[0]
        ?.split('exit code 0')[1];
    assert.equal(titleOf({ startedAt: null }), ' · created 2026-11-23 21:02:00Z**');
    assert.equal(titleOf({ startedAt: 'yesterday', createdAt: '' }), '**');
    assert.equal(titleOf({ startedAt: null, createdAt: null }), '**');
    assert.equal(titleOf({ startedAt: '0001-01-01T00:00:00Z', createdAt: '' }), '**');
  });

  test('full: every fact by its label, server times with all their digits', () => {
    const block = buildFullBlock(source, quotation);
    assert.ok(block.startsWith(buildCompactBlock(source, quotation)));
    assert.deepEqual(
      block.split('\n').filter((line) => line.startsWith('- ')),
      [
        '- Connection: `Contoso`',
        '- Tenant: `0b1c2d3e-4f50-4617-8829-3a4b5c6d7e8f`',
        '- Cloud: commercial',
        '- Device: `dc1.contoso.example`',
        `- Machine id: \`${'ab12'.repeat(10)}\``,
        '- Action id: `988cc94e-7a8f-4b28-ab65-54970c5d5018`',
        '- Command index: 0',
        '- Stream: output',
        '- Script: `collect_all.ps1`',
        '- Arguments: `-Path C:\\Temp`',
        '- Requestor: `anna@contoso.example`',
        '- Comment: `IR-2211`',
        '- Action status: `Succeeded`',
        '- Command status: `Completed`',
        '- Created (server): `2026-11-23T21:02:00.1234567Z`',
        '- Started (server): `2026-11-23T21:04:01.12Z`',
        '- Updated (server): `2026-11-23T21:04:41.5Z`',
        "- Fetched: `2026-11-23T21:10:05.123Z` by the local clock; the server's Date was `Mon, 23 Nov 2026 21:10:04 GMT`, offset +0 s",
        '- Fetched by: `anna@contoso.example`',
        '- Fetched with: Live Response Results `0.0.9`',
        '- Quoted with: Live Response Results `0.1.0`',
        '- Exit code: 0',
        '- Lines: lines 5–6',
        '- Lines in all: 120',
        '- File size: 4711 bytes',
        `- SHA-256 of the file: \`${SHA256}\``,
        `- SHA-256 of the text as UTF-8: \`${TEXT_SHA256}\``,
        '- Blob Last-Modified: `Mon, 23 Nov 2026 21:04:40 GMT`',
        '- Blob ETag: `"0x8DE2AC"`',
        '- Blob request id: `6a2f0c1e-201e-0042-7a11-5d0000000000`',
      ],
    );
  });

  test('the local clock behind the server, and a server without a Date', () => {
    const fetched = (date: string | undefined): string =>
      /- Fetched: (.*)/u.exec(
        buildFullBlock(evidenceSource({ blob: date === undefined ? {} : { date } }), quotation),
      )?.[1] ?? '';
    assert.match(fetched('Mon, 23 Nov 2026 21:11:05 GMT'), /, offset −61 s$/u);
    assert.match(fetched(undefined), /by the local clock; the server gave no Date$/u);
    assert.match(fetched('soon'), /was `soon`$/u);
  });

  test('what was stored before times and version were noted says so', () => {
    const block = buildFullBlock(evidenceSource({ answeredAt: undefined, fetchedWith: undefined }), quotation);
    assert.match(block, /, offset \+1 s, the time of the download included$/mu);
    assert.match(block, /^- Fetched with: a version that did not note it$/mu);
  });

  test('the offset is that of the headers, however long the download took', () => {
    const fetchedAt = Date.UTC(2026, 10, 23, 21, 40);
    assert.match(buildFullBlock(evidenceSource({ fetchedAt }), quotation), /T21:40:00\.000Z` .*, offset \+0 s$/mu);
  });

  test('a citation is one line', () => {
    assert.equal(
      buildCitationLine(source, quotation),
      `\`dc1.contoso.example\` · \`collect_all.ps1\` · exit code 0 · started 2026-11-23 21:04:01Z · ${SOURCE}`,
    );
  });

  test('a table has a row for each, and a row is the same without the table', () => {
    const row = `| \`2026-11-23T21:02:00.1234567Z\` | \`dc1.contoso.example\` | \`collect_all.ps1\` | 0 | \`five␊six\` | ${SOURCE} · line ends shown as ␊ 1 |\n`;
    assert.equal(buildTableRow(source, quotation), row);
    assert.equal(
      buildTable([
        { source, quotation },
        { source, quotation },
      ]),
      `| Created (server) | Device | Script | Exit code | Quoted | Source |\n| - | - | - | - | - | - |\n${row}${row}`,
    );
  });

  test('no cell is a formula: the sign that guards it is outside the quoted text', () => {
    const formula = cutQuotation('=cmd|calc', [WHOLE_TEXT]);
    const row = buildTableRow(evidenceSource({ device: '@sum', exitCode: -5 }), formula);
    assert.match(row, /\| '`@sum` \| `collect_all\.ps1` \| -5 \| '`=cmd\\\|calc` \|/u);
    assert.equal(findEvidence(row)[0]?.quoted, '=cmd|calc');
  });

  test('plain: between dashes that the text does not hold', () => {
    const dashes = cutQuotation('a\n--------\nb', [WHOLE_TEXT]);
    const fence = '-'.repeat(9);
    const link = buildOutsideAddress({ address: source.address, spans: dashes.spans });
    assert.equal(
      buildPlainBlock(source, dashes, 'compact'),
      `dc1.contoso.example · collect_all.ps1 · exit code 0 · started 2026-11-23 21:04:01Z\n${fence}\na\n--------\nb\n${fence}\nSource: output lines 1–3 of 120 · SHA-256 ${SHA256}\nLink: ${link}\n`,
    );
    assert.match(buildPlainBlock(source, dashes, 'full'), /\nCreated \(server\): 2026-11-23T21:02:00\.1234567Z\n/u);
  });

  test('everything that is shown otherwise is said', () => {
    const odd = cutQuotation('a\r\nb\0\u202e', [WHOLE_TEXT]);
    const block = buildCompactBlock(
      evidenceSource({
        device: 'dc\u202e1',
        exitCode: undefined,
        changes: [
          { kind: 'gunzipped', count: 9 },
          { kind: 'byteOrderMark', count: 1 },
          { kind: 'invalidBytes', count: 3, firstOffset: 77 },
          { kind: 'controlCharactersEscaped', count: 2, firstOffset: 120 },
          { kind: 'oldKey', count: 1, keys: ['script_error'] },
          { kind: 'unknownKey', count: 1, keys: ['x'] },
          { kind: 'missingKey', count: 1, keys: ['exit_code'] },
          { kind: 'exitCodeNotANumber', count: 1 },
        ],
        mismatches: [{ kind: 'scriptName', asked: 'a.ps1', found: 'b.ps1' }],
      }),
      odd,
    );
    const [, said = ''] = /SHA-256 `\w+` · (.*)/u.exec(block) ?? [];
    assert.deepEqual(said.split(' · '), [
      'script name mismatch: asked for `a.ps1`, found `b.ps1`',
      'gunzipped',
      'no valid text at 3 places, first at byte 77: U+FFFD',
      'JSON repaired at 120: control characters escaped 2',
      'older keys read: `script_error`',
      'keys not shown: `x`',
      'keys missing: `exit_code`',
      'exit code is no whole number',
      'made visible 2',
      'line ends shown as LF 1',
      'made visible in names 1',
    ]);
    assert.match(
      block,
      /^\*\*`dc<U\+202E>1` · `collect_all\.ps1` · exit code unknown · started 2026-11-23 21:04:01Z\*\*\n/u,
    );
  });

  test('a result as a whole is cited without lines; a raw file is called one', () => {
    const none = cutQuotation('', []);
    assert.match(buildCitationLine(source, none), /\[output, 120 lines\]\(live-response:[^#]*\)/u);
    const raw = evidenceSource({ address: { ...source.address, stream: 'raw' } });
    assert.match(buildCompactBlock(raw, quotation), /\[RAW \(not decoded\) lines 5–6 of 120\]/u);
  });

  test('a text of nothing but back-ticks does not make the note three times as long', () => {
    const ticks = '`'.repeat(1_000_000);
    const block = buildCompactBlock(source, cutQuotation(ticks, [WHOLE_TEXT]));
    assert.ok(block.length < 1_001_000, `${block.length}`);
    assert.equal(findEvidence(block)[0]?.quoted, ticks);
  });
});
