import { deviceByKey } from '../../src/sample/base/devices.ts';
import type { CommandStatus } from '../../src/sample/base/model.ts';
import { requestors } from '../../src/sample/base/people.ts';
import { hour, minute } from '../../src/sample/base/time.ts';
import { getFile, putFile, runScript } from '../../src/sample/data/plan.ts';
import { device, plan, script, usual, waiting } from './plans.ts';
import type { Situation } from './situation.ts';

const busy = device('busy', 'Windows11', 22_631);

/** Situations in which a result was not asked for, or the session has not ended. */
export const WAITING_SITUATIONS: readonly Situation[] = [
  {
    what: 'A script has ended, and nobody asked for its result',
    plan: plan(hour, { commands: [runScript('collect-triage.ps1', usual)] }),
    codes: ['notFetched'],
  },
  { what: 'PutFile', plan: plan(hour, { commands: [putFile('tools.zip')] }), codes: ['byDesign'] },
  { what: 'GetFile', plan: plan(hour, { commands: [getFile('C:\\a.csv', usual)] }), codes: ['file'] },
  {
    what: 'Pending, and nothing is known of the device',
    plan: waiting(device('w1', 'Windows11', 22_631)),
    codes: ['notStarted'],
  },
  {
    what: 'Submitted to the device, and not started',
    plan: plan(5 * minute, { status: 'InProgress', commands: [script('Submitted')] }),
    codes: ['notStarted'],
  },
  {
    what: 'Waiting for a resource',
    plan: plan(5 * minute, { status: 'InProgress', commands: [script('PendingResource')] }),
    codes: ['notStarted'],
  },
  {
    what: 'Running on the same device as the next',
    plan: plan(6 * minute, {
      device: busy,
      requestor: requestors.jonas,
      status: 'InProgress',
      commands: [script('Executing')],
    }),
    codes: ['running'],
  },
  { what: 'Pending while another session runs on the device', plan: waiting(busy), codes: ['otherSession'] },
  {
    what: 'Pending for longer than two hours',
    plan: plan(3 * hour, { status: 'Pending', commands: [script('Created')] }),
    codes: ['queueIsOver'],
  },
  {
    what: 'Pending for longer than two hours, device inactive',
    plan: plan(3 * hour, {
      device: device('w2', 'Windows11', 22_631, 'Inactive'),
      status: 'Pending',
      commands: [script('Created')],
    }),
    asks: true,
    codes: ['queueIsOver', 'lastReport'],
  },
  { what: 'Pending, device inactive', plan: waiting(deviceByKey('lt-0977')), asks: true, codes: ['deviceSilent'] },
  {
    what: 'Pending, device with impaired communication',
    plan: waiting(device('w3', 'Windows11', 22_631, 'ImpairedCommunication')),
    asks: true,
    codes: ['deviceSilent'],
  },
  {
    what: 'Pending, device without sensor data',
    plan: waiting(deviceByKey('build4')),
    asks: true,
    codes: ['deviceSilent'],
  },
  {
    what: 'Pending, device active',
    plan: waiting(device('w4', 'Windows11', 22_631)),
    asks: true,
    codes: ['deviceActive'],
  },
  {
    what: 'Pending, device restricted',
    plan: waiting(deviceByKey('dc2')),
    asks: true,
    codes: ['notStartedYet', 'restricted'],
  },
  { what: 'Pending, Windows 7', plan: waiting(deviceByKey('old7')), asks: true, codes: ['notStartedYet', 'notListed'] },
  {
    what: 'Pending, Windows 10 before the list begins',
    plan: waiting(device('w5', 'Windows10', 14_393)),
    asks: true,
    codes: ['notStartedYet', 'notListed'],
  },
  {
    what: 'Pending, Windows 10 version 1809',
    plan: waiting(device('w6', 'Windows10', 17_763)),
    asks: true,
    codes: ['deviceActive', 'needsUpdate'],
  },
  {
    what: 'Pending, Windows Server 2019',
    plan: waiting(deviceByKey('fs02')),
    asks: true,
    codes: ['deviceActive', 'needsUpdate'],
  },
  {
    what: 'Pending, Windows Server 2016',
    plan: waiting(device('w7', 'WindowsServer2016', 14_393)),
    asks: true,
    codes: ['deviceActive', 'needsAgent'],
  },
  {
    what: 'Pending, a phone',
    plan: waiting(device('w8', 'Android', 14)),
    asks: true,
    codes: ['notStartedYet', 'notListed'],
  },
  {
    what: 'Pending, device unknown to Defender',
    plan: waiting({ ...device('w9', 'Windows11', 22_631), isForgotten: true }),
    asks: true,
    codes: ['deviceGone'],
  },
  {
    what: 'An earlier command of the session is running',
    plan: plan(5 * minute, { status: 'InProgress', commands: [script('Executing'), script('Created')] }),
    index: 1,
    codes: ['earlierCommand'],
  },
  {
    what: 'An earlier command has failed, and the session goes on',
    plan: plan(5 * minute, { status: 'InProgress', commands: [script('Failed'), script('Created')] }),
    index: 1,
    codes: ['willNotRun'],
  },
  {
    what: 'Collecting a file for longer than a script may run',
    plan: plan(hour, {
      status: 'InProgress',
      commands: [getFile('C:\\pagefile.sys', undefined, { status: 'Executing' })],
    }),
    codes: ['running'],
  },
  {
    what: 'Running',
    plan: plan(5 * minute, { status: 'InProgress', commands: [script('Executing')] }),
    codes: ['running'],
  },
  {
    what: 'Running, and the link call answers 400',
    plan: plan(5 * minute, { status: 'InProgress', requestor: requestors.lucia, commands: [script('Executing')] }),
    fetches: { call: 'link' },
    codes: ['running'],
  },
  {
    what: 'Running for longer than ten minutes',
    plan: plan(hour, { status: 'InProgress', commands: [script('Executing')] }),
    codes: ['runningLong'],
  },
  {
    what: 'Running for longer than ten minutes, device inactive',
    plan: plan(hour, {
      device: device('w10', 'Windows11', 22_631, 'Inactive'),
      status: 'InProgress',
      commands: [script('Executing')],
    }),
    asks: true,
    codes: ['runningLong', 'lastReport'],
  },
  {
    what: 'A state that this version does not know',
    plan: plan(hour, { status: 'InProgress', commands: [script('Paused' as CommandStatus)] }),
    codes: ['notFinished'],
  },
];
