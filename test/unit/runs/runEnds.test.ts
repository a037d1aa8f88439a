import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LiveResponseError } from '../../../src/base/errors.ts';
import { TENANT } from '../results/fixtures.ts';
import { run, Stage, turns } from './runStage.ts';

suite('the ends of a run', () => {
  test('a run that was only noted can be forgotten, one under way only with its tenant, and that is told', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const told: string[] = [];
    runs.onDidChange((key) => told.push(key));
    const noted = { ...run(1), key: 'noted' };
    runs.note(noted);
    runs.forget('noted');
    assert.equal(runs.get('noted'), undefined);
    const all = run(5);
    const done = runs.start(all, { again: true });
    await turns();
    runs.forget(all.key);
    assert.equal(runs.get(all.key)?.state, 'running');
    const other = { ...run(1), key: 'other', tenant: { ...TENANT, tenantId: 'f'.repeat(36) } };
    runs.note(other);
    told.length = 0;
    runs.forgetOf(TENANT);
    await done;
    assert.deepEqual([runs.get(all.key), runs.isActive(all.key), told], [undefined, false, [all.key]]);
    assert.equal(runs.get('other')?.state, 'none');
    assert.deepEqual(stage.asked, ['a0', 'a1', 'a2'], 'nothing more is asked');
  });

  test('a run that is canceled while another window works on it is canceled here, though no lease can be taken', async () => {
    const stage = new Stage();
    let asked = 0;
    // The first request waits, as for another window. The second one is for storing the cancel.
    const runs = stage.window(() => {
      asked++;
      return asked === 1 ? waits.promise : Promise.reject(new Error('no lease'));
    });
    const waits = Promise.withResolvers<undefined>();
    const all = run(2);
    const done = runs.start(all, { again: true });
    await turns();
    runs.cancel(all.key);
    waits.reject(new LiveResponseError('cancelled'));
    await done;
    await turns();
    const { state, stoppedBy } = runs.get(all.key) ?? {};
    assert.deepEqual([asked, state, stoppedBy, stage.records.size], [2, 'cancelled', undefined, 0]);
  });

  test('a lease that cannot be taken stops the run, and says why', async () => {
    const stage = new Stage();
    const runs = stage.window(() => Promise.reject(new LiveResponseError('databaseFailed', { reason: 'locked' })));
    const all = run(1);
    await runs.start(all, { again: true });
    const record = runs.get(all.key);
    assert.deepEqual([record?.state, record?.stoppedBy?.code], ['stopped', 'databaseFailed']);
    assert.equal(runs.isActive(all.key), false);
    runs.cancel('no such run');
    runs.pause('no such run');
    assert.equal(runs.get('no such run'), undefined);
  });

  test('paused twice, a run goes on where it was', async () => {
    const stage = new Stage();
    const runs = stage.window();
    const all = run(2);
    const done = runs.start(all, { again: true });
    await turns();
    runs.pause(all.key);
    runs.pause(all.key);
    runs.resume(all.key);
    assert.equal(runs.get(all.key)?.state, 'running');
    for (const id of ['a0', 'a1']) await stage.land(id);
    await done;
    assert.equal(runs.get(all.key)?.state, 'ended');
  });
});
