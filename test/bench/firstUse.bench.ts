import { quoteForTheFirstTime } from '../ui/support/firstQuotation.ts';
import { startSession } from '../ui/support/session.ts';
import { rounded } from './measurement.ts';
import type { Bench } from './measurement.ts';

/**
 * Measures the way from a window without a connection to the first verified quotation. A script knows no doubt: people
 * take about three times as long.
 */
export const benchFirstUse: Bench = async ({ vsix }) => {
  const session = await startSession({ vsix, tenant: 'none' });
  try {
    const start = performance.now();
    const gestures = await quoteForTheFirstTime(session);
    const seconds = (performance.now() - start) / 1000;
    return [
      {
        name: 'firstUse.secondsToVerifiedQuotation',
        value: rounded(seconds, 1),
        unit: 's',
        floor: null,
        goal: '<= 20',
        note: 'scripted, in the sample tenant, from an empty profile',
      },
      { name: 'firstUse.gestures', value: gestures, unit: 'gestures', floor: null, goal: '<= 12' },
    ];
  } finally {
    await session.stop();
  }
};
