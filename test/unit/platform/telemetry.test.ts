import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createTelemetry } from '../../../src/platform/telemetry.ts';
import type { CreateReporter } from '../../../src/platform/telemetry.ts';
import type { TelemetryEvent } from '../../../src/platform/telemetryEvents.ts';

const US: TelemetryEvent = { name: 'callRefused', spentBy: 'us' };
const OTHERS: TelemetryEvent = { name: 'callRefused', spentBy: 'others' };

/** Creates the reporter behind the gate, with a record of what passed the gate. */
function behind(): { load: () => Promise<CreateReporter>; loads: () => number; sent: string[] } {
  const sent: string[] = [];
  let loads = 0;
  const reporter = {
    send: (event: TelemetryEvent): void => {
      sent.push(event.name === 'callRefused' ? event.spentBy : event.name);
    },
    dispose: () => {
      sent.push('disposed');
      return Promise.resolve();
    },
  };
  const load = (): Promise<CreateReporter> => {
    loads++;
    return Promise.resolve(() => reporter);
  };
  return { load, loads: () => loads, sent };
}

suite('the gate of telemetry', () => {
  test('loads what sends at the first event, once, and hands all on in order', async () => {
    const { load, loads, sent } = behind();
    const telemetry = createTelemetry(load, () => true);
    assert.equal(loads(), 0);
    telemetry.send(US);
    telemetry.send(OTHERS);
    await telemetry.dispose();
    assert.deepEqual([loads(), sent], [1, ['us', 'others', 'disposed']]);
  });

  test('loads nothing while the person does not allow it, and forgets what happened meanwhile', async () => {
    const { load, loads, sent } = behind();
    let allowed = false;
    const telemetry = createTelemetry(load, () => allowed);
    telemetry.send(US);
    assert.equal(loads(), 0);
    allowed = true;
    telemetry.send(OTHERS);
    allowed = false;
    telemetry.send(US);
    await telemetry.dispose();
    assert.deepEqual(sent, ['others', 'disposed']);
  });

  test('asks nobody in a build that has nothing to load', async () => {
    const telemetry = createTelemetry(undefined, () => assert.fail('asked'));
    telemetry.send(US);
    await telemetry.dispose();
  });

  test('hands the permission on: it is asked for again when a batch leaves', async () => {
    let asked: (() => boolean) | undefined;
    const isAllowed = (): boolean => true;
    const { load } = behind();
    const telemetry = createTelemetry(async () => {
      const create = await load();
      return (given) => {
        asked = given;
        return create(given);
      };
    }, isAllowed);
    telemetry.send(US);
    await telemetry.dispose();
    assert.equal(asked, isAllowed);
  });

  test('disturbs nobody when it cannot be loaded, cannot send or cannot be ended', async () => {
    const fails = (): never => {
      throw new Error('no');
    };
    const loads: readonly (() => Promise<CreateReporter>)[] = [
      () => Promise.reject(new Error('no bundle')),
      () => Promise.resolve(fails),
      () => Promise.resolve(() => ({ send: fails, dispose: () => Promise.reject(new Error('no')) })),
    ];
    const rejections: unknown[] = [];
    const note = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', note);
    for (const load of loads) {
      const telemetry = createTelemetry(load, () => true);
      telemetry.send(US);
      await telemetry.dispose();
    }
    // Node reports an unhandled rejection after the microtasks of its turn.
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    assert.deepEqual(rejections, []);
  });
});
