import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isRunnersLine } from '../../src/evidence/text/runnersLine.ts';
import { countErrorLines } from '../../src/evidence/text/textFacts.ts';
import { viewText } from '../../src/evidence/views/textViews.ts';
import { scenarioResult, startTenant } from '../unit/sample/harness.ts';

const { tenant } = startTenant();

suite('situations of the field in the sample tenant', () => {
  for (const name of ['germanHost', 'russianHost', 'turkishHost'] as const) {
    test(`${name}: the runner's line is known in its language`, async () => {
      const { script_output: output } = await scenarioResult(tenant, name);
      const [first = ''] = output.split('\n');
      assert.ok(isRunnersLine(first) && !first.startsWith('Transcript'));
    });
  }

  test('the German text is read as CP850', async () => {
    const { script_output: output } = await scenarioResult(tenant, 'germanHost');
    assert.ok(!output.includes('Eigentümer'));
    const view = viewText(output, 'cp850', []);
    for (const word of ['Eigentümer', 'Jürgen Groß', 'Geräte', 'Zürich', 'Überprüfung', 'Domäne']) {
      assert.ok(view.includes(word), word);
    }
  });

  test('progress alone is no error', async () => {
    const { script_errors: errors } = await scenarioResult(tenant, 'progressOnly');
    assert.ok(errors.includes('S="progress"'));
    assert.equal(countErrorLines(errors), 0);
  });

  test('the scanner is a few lines in a terminal, with its hidden address', async () => {
    const { script_output: output } = await scenarioResult(tenant, 'scannerLog');
    const lines = viewText(output, 'terminal', []).split('\n');
    assert.ok(lines.includes('Scan complete'));
    assert.ok(lines.includes('Threats:  0'));
    assert.ok(lines.some((line) => line.startsWith('Report: https://security') && line.includes('collect.attacker')));
    assert.ok(lines.length < 25, String(lines.length));
  });
});
