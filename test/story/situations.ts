import { deviceByKey } from '../../src/sample/base/devices.ts';
import { requestors } from '../../src/sample/base/people.ts';
import { day, hour, minute } from '../../src/sample/base/time.ts';
import { putFile, runScript } from '../../src/sample/data/plan.ts';
import { device, plan, script, usual } from './plans.ts';
import { refusal } from './situation.ts';
import type { Situation } from './situation.ts';
import { WAITING_SITUATIONS } from './waitingSituations.ts';

/** Every situation without a result that this version tells apart. */
export const SITUATIONS: readonly Situation[] = [
  ...WAITING_SITUATIONS,
  {
    what: 'The session timed out first',
    plan: plan(4 * hour, { status: 'TimeOut', commands: [script('Submitted')] }),
    codes: ['timedOut'],
  },
  {
    what: 'The session timed out first, device inactive',
    plan: plan(4 * hour, {
      device: device('w11', 'Windows11', 22_631, 'Inactive'),
      status: 'TimeOut',
      commands: [script('Created')],
    }),
    asks: true,
    codes: ['timedOut', 'lastReport'],
  },
  {
    what: 'The session timed out while the script ran',
    plan: plan(4 * hour, { status: 'TimeOut', commands: [script('Executing')] }),
    codes: ['timedOutRunning'],
  },
  {
    what: 'Canceled before the script ran',
    plan: plan(4 * hour, {
      status: 'Cancelled',
      cancelledBy: { requestor: requestors.jonas, comment: 'Device is being replaced' },
      commands: [script('Created')],
    }),
    codes: ['cancelled'],
  },
  {
    what: 'Canceled, and nobody wrote why',
    plan: plan(4 * hour, {
      status: 'Cancelled',
      cancelledBy: { requestor: requestors.jonas, comment: '' },
      commands: [script('Created')],
    }),
    codes: ['cancelled'],
  },
  {
    what: 'Canceled while the script ran',
    plan: plan(4 * hour, {
      status: 'Cancelled',
      cancelledBy: { requestor: requestors.amira, comment: 'Wrong laptop, see lt-0412' },
      commands: [script('Executing')],
    }),
    codes: ['cancelledRunning'],
  },
  {
    what: 'An earlier command of the session failed',
    plan: plan(4 * hour, {
      status: 'Failed',
      commands: [putFile('tools.zip', { status: 'Failed' }), script('Created')],
    }),
    index: 1,
    codes: ['afterFailure'],
  },
  {
    what: 'The session failed before the script ran',
    plan: plan(4 * hour, { status: 'Failed', commands: [script('Created')] }),
    codes: ['sessionFailed'],
  },
  {
    what: 'The session failed, device restricted',
    plan: plan(4 * hour, { device: deviceByKey('dc2'), status: 'Failed', commands: [script('Created')] }),
    asks: true,
    codes: ['sessionFailed', 'restricted'],
  },
  {
    what: 'The session failed while the script ran',
    plan: plan(4 * hour, { status: 'Failed', commands: [script('Executing')] }),
    codes: ['endedRunning'],
  },
  {
    what: 'The session succeeded, and the script never ran',
    plan: plan(4 * hour, { commands: [script('Created')] }),
    codes: ['neverRan'],
  },
  {
    what: 'The script failed, with the device’s words',
    plan: plan(4 * hour, { status: 'Failed', commands: [script('Failed', { errors: ['Script execution failed'] })] }),
    fetches: { call: 'link' },
    codes: ['deviceSaid'],
  },
  {
    what: 'The script failed without a word, Windows 7',
    plan: plan(4 * hour, { device: deviceByKey('old7'), status: 'Failed', commands: [script('Failed', { took: 0 })] }),
    asks: true,
    fetches: { call: 'link' },
    codes: ['deviceSaid', 'notListed'],
  },
  {
    what: 'The link call answers 400 with words of its own, although the script has ended',
    plan: plan(4 * hour, { requestor: requestors.jonas, commands: [script('Completed')] }),
    fetches: { call: 'link', action: refusal(400, 'BadRequest', 'Output retrieval is not permitted for this device.') },
    codes: ['serverSaid'],
  },
  {
    what: 'The session timed out, and the script had started',
    plan: plan(4 * hour, {
      status: 'TimeOut',
      requestor: requestors.jonas,
      commands: [script('Executing', { took: 5 })],
    }),
    codes: ['timedOutRunning'],
  },
  {
    what: 'The script ended a moment ago, while its session goes on',
    plan: plan(3 * minute, { status: 'InProgress', commands: [script('Completed')] }),
    fetches: { call: 'link' },
    codes: ['maybeSoon'],
  },
  {
    what: 'The script ended hours ago, and nothing was uploaded',
    plan: plan(4 * hour, { commands: [script('Completed')] }),
    fetches: { call: 'link' },
    codes: ['neverUploaded'],
  },
  {
    what: 'Defender gives a link, and the file is gone',
    plan: plan(4 * hour, { requestor: requestors.lucia, commands: [runScript('collect-triage.ps1', usual)] }),
    fetches: {
      blob: {
        kind: 'answer',
        status: 404,
        headers: {
          'x-ms-error-code': 'BlobNotFound',
          'x-ms-request-id': '1',
          'x-ms-version': '2020-06-12',
          'content-type': 'application/xml',
        },
        body: '<?xml version="1.0" encoding="utf-8"?><Error><Code>BlobNotFound</Code><Message>The specified blob does not exist.</Message></Error>',
      },
    },
    codes: ['gone'],
  },
  {
    what: 'The action is older than what Defender keeps',
    plan: plan(200 * day, { commands: [script('Completed')] }),
    fetches: { call: 'link' },
    codes: ['pastRetention'],
  },
  {
    what: 'The device group has no remediation level',
    plan: plan(hour, { commands: [runScript('a.ps1', usual)] }),
    fetches: { call: 'link', action: refusal(403, 'DisallowedOperation', 'The operation is not allowed.') },
    codes: ['notAllowed'],
  },
  {
    what: 'Live response is turned off in the tenant',
    plan: plan(hour, { commands: [runScript('b.ps1', usual)] }),
    fetches: { call: 'link', action: refusal(403, 'DisabledFeature', 'Live response is disabled.') },
    codes: ['failed'],
  },
  {
    what: 'The token lacks the permission',
    plan: plan(hour, { commands: [runScript('c.ps1', usual)] }),
    fetches: {
      call: 'link',
      action: refusal(
        403,
        'Forbidden',
        'Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: Machine.Isolate.',
      ),
    },
    codes: ['noPermission'],
  },
  {
    what: 'The action has left the account’s device groups',
    plan: plan(hour, { commands: [runScript('d.ps1', usual)] }),
    fetches: { call: 'get', action: refusal(404, 'ResourceNotFound', 'Machine action was not found') },
    codes: ['notVisible'],
  },
];
