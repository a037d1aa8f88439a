import type { NoResultCode, NoResultReason } from '../../model/noResultReasons.ts';
import type { RunRow } from '../runRows.ts';

/**
 * Words of a pack about missing results. They are English in every language of the interface, so that the receiver can
 * read them and the same state gives the same bytes.
 */
const WORDS: Readonly<Record<NoResultCode, string>> = {
  notFetched: 'not fetched',
  byDesign: 'such a command has no result',
  file: 'the result is a collected file, which is not in the pack',
  notStarted: 'the session has not started: the device may be offline or busy',
  notStartedYet: 'the session has not started yet',
  queueIsOver: 'the session did not start within two hours, after which Defender gives up',
  otherSession: 'another session was running on the device',
  earlierCommand: 'an earlier command of the session was still running',
  willNotRun: 'an earlier command of the session failed',
  deviceSilent: 'the device has not reported for two days or longer',
  lastReport: 'last full report of the device',
  deviceActive: 'the device was active',
  running: 'the command was running',
  runningLong: 'the command was running for longer than a script may',
  notFinished: 'the command was not finished',
  timedOut: 'the session timed out before the command began',
  cancelled: 'the session was canceled before the command began',
  afterFailure: 'not run, because an earlier command failed',
  sessionFailed: 'the session failed before the command began',
  neverRan: 'the command never ran',
  timedOutRunning: 'the session timed out while the command ran',
  cancelledRunning: 'the session was canceled while the command ran; whether the script stopped is not known',
  endedRunning: 'the session ended while the command ran',
  deviceSaid: 'the device said',
  serverSaid: 'Defender said',
  maybeSoon: 'the command has ended; its result may still arrive',
  neverUploaded: 'the command has ended; its result was probably never uploaded',
  none: 'Defender has no result',
  gone: 'Defender gave a link, and there was no file behind it',
  pastRetention: 'older than Defender keeps its data',
  restricted: 'the device is restricted',
  notListed: 'the system of the device has no live response',
  needsUpdate: 'the system of the device needs an update for live response',
  needsAgent: 'the device needs a newer agent for live response',
  deviceGone: 'Defender does not know the device any more',
  notAllowed: 'Defender did not allow it',
  notVisible: 'not visible to the account that asked',
  noPermission: 'the account that asked lacked a permission',
  failed: 'fetching failed',
  packSaid: '',
};

/** Longest text of a device or server that is taken over, in UTF-16 units. */
const LONGEST = 300;

/** Explains why a pack holds no result of a host, in English. Empty if it holds one. */
export function whyNotPacked(row: RunRow, isPacked: boolean): string {
  if (isPacked) return '';
  if (row.facts !== undefined) return 'stored in pieces: only in a pack that is saved on the machine of the extension';
  const [{ code, values } = {}] = row.reasons;
  if (code === 'packSaid') return String(values?.['why']);
  const said = row.reasons.map(reasonWords);
  const failure = row.failure === undefined ? [] : [`last attempt: ${row.failure.code}`];
  const device = row.member.commandErrors.map((text) => `the device said: ${short(text)}`);
  const all = [...said, ...failure, ...device];
  return all.length === 0 ? `no result (${row.state})` : [...new Set(all)].join('; ');
}

function reasonWords({ code, values = {} }: NoResultReason): string {
  const told = Object.entries(values).map(([name, value]) =>
    name === 'at' && typeof value === 'number' ? new Date(value).toISOString() : short(String(value)),
  );
  return [WORDS[code], ...told].filter((text) => text !== '').join(': ');
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
