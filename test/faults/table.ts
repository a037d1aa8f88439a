import type { Fault } from './fault.ts';
import { BODIES } from './rows/bodies.ts';
import { CANCELS } from './rows/cancels.ts';
import { CONTENTS } from './rows/contents.ts';
import { FAILURES } from './rows/failures.ts';
import { FILES } from './rows/files.ts';
import { LENGTHS } from './rows/lengths.ts';
import { LINKS } from './rows/links.ts';
import { QUOTA } from './rows/quota.ts';
import { REFUSALS } from './rows/refusals.ts';
import { WAYS } from './rows/ways.ts';

/** Every fault, by theme, in the order of the table. */
export const FAULTS: Readonly<Record<string, readonly Fault[]>> = {
  'Defender refuses': REFUSALS,
  'Defender or its storage has a problem, or has had enough of us': FAILURES,
  'The answer breaks off, is slow, or is not what its head promises': [...BODIES, ...LENGTHS],
  'What came is not what was asked for': CONTENTS,
  'The result goes to a file': FILES,
  'The link': LINKS,
  'The way there': WAYS,
  'The quota, shared with others': QUOTA,
  'The person cancels': CANCELS,
};
