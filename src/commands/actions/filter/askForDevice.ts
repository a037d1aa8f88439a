import { l10n, ThemeIcon } from 'vscode';
import type { QuickPickItem } from 'vscode';
import { meantBy } from '../../../defender/deviceNames.ts';
import { isLiveResponseError } from '../../../base/errors.ts';
import type { MachineAction } from '../../../defender/schema.ts';
import type { Machine } from '../../../defender/machines.ts';
import type { ActionFilter } from '../../../actions/actionFilter.ts';
import { deviceOf } from '../../../model/machineAction.ts';
import type { Services } from '../../../services/services.ts';
import { fieldName } from '../../../tree/filterWords.ts';
import type { CommandRunner } from '../../common/commandRunner.ts';
import type { FieldAnswer } from './fieldAnswer.ts';
import { notify } from '../../../platform/show/notifications.ts';
import { pickFollowing, pickOne } from '../../../platform/show/quickInputs.ts';

/** Row of the list: an answer, or a name that is looked up in Defender when the row is chosen. */
interface DeviceItem extends QuickPickItem {
  readonly answer: FieldAnswer;
  readonly lookUp?: string;
}

/** Asks for a device. Choosing a loaded device costs no call. Looking up another name in Defender costs one call. */
export async function askForDevice(
  services: Pick<Services, 'actions' | 'connections' | 'sessions'>,
  runner: CommandRunner,
  filter: ActionFilter,
): Promise<FieldAnswer> {
  const chosen = await pick(services, filter);
  if (chosen?.lookUp === undefined) return chosen?.answer;
  const name = chosen.lookUp;
  const machines = await runner.run(l10n.t('Looking up device'), ({ signal }) => lookUp(services, name, signal));
  if (machines === undefined) return undefined;
  if (machines === 'refused') return { device: { name } };
  return chooseMachine(name, machines);
}

function pick(services: Pick<Services, 'actions'>, filter: ActionFilter): Promise<DeviceItem | undefined> {
  const loaded = toItems(loadedDevices(services.actions.list?.actions ?? []));
  const any: DeviceItem = { label: l10n.t('Any'), answer: 'any' };
  return pickFollowing({
    fixed: () => [...loaded, any],
    typed: (name) =>
      name === ''
        ? []
        : [
            {
              iconPath: new ThemeIcon('search'),
              label: l10n.t('Look Up "{0}" in Defender', name),
              description: l10n.t('one call'),
              answer: undefined,
              lookUp: name,
            },
            {
              iconPath: new ThemeIcon('list-filter'),
              label: l10n.t('Names with "{0}"', name),
              description: l10n.t('looked for in what is loaded'),
              answer: { device: { name } },
            },
          ],
    value: filter.device?.machineIds === undefined ? (filter.device?.name ?? '') : '',
    ignoreFocusOut: true,
    texts: () => ({ title: fieldName('device'), placeholder: l10n.t('A device’s name, or its beginning') }),
  });
}

/** Returns the devices of loaded actions. Devices with the same name are one. */
export function loadedDevices(
  actions: readonly MachineAction[],
): readonly { readonly name: string; readonly machineIds: readonly string[] }[] {
  const ids = new Map<string, Set<string>>();
  for (const action of actions) {
    if (action.machineId === null) continue;
    const name = deviceOf(action);
    ids.set(name, (ids.get(name) ?? new Set()).add(action.machineId));
  }
  return [...ids].map(([name, machineIds]) => ({ name, machineIds: [...machineIds] }));
}

async function lookUp(
  services: Pick<Services, 'connections' | 'sessions'>,
  name: string,
  signal: AbortSignal,
): Promise<readonly Machine[] | 'refused'> {
  const { active } = services.connections;
  if (active === undefined) return [];
  try {
    const client = await services.sessions.of(active).client();
    return meantBy(name, await client.findMachines(name, signal));
  } catch (error) {
    if (!isLiveResponseError(error) || error.code !== 'missingPermission') throw error;
    const own = error.values.serverMessage;
    const sentence = l10n.t(
      'Defender does not let this sign-in look up devices, so the name is looked for in what is loaded. It says: {0}',
      own ?? 'HTTP 403',
    );
    void notify('information', sentence);
    return 'refused';
  }
}

/** Returns the device name with the ids of all its records. If there are several names, the user chooses. */
async function chooseMachine(name: string, machines: readonly Machine[]): Promise<FieldAnswer> {
  const names = new Map<string, string[]>();
  for (const { id, computerDnsName } of machines) {
    const known = computerDnsName ?? id;
    names.set(known, [...(names.get(known) ?? []), id]);
  }
  const items = toItems([...names].map(([known, machineIds]) => ({ name: known, machineIds })));
  if (items.length === 1) return items[0]?.answer;
  if (items.length === 0) {
    void notify('information', l10n.t('No device that this sign-in may see has a name that begins with "{0}".', name));
    return undefined;
  }
  const all = { label: l10n.t('All {0}', machines.length), answer: allOf(name, machines) };
  const title = l10n.t('Devices that begin with "{0}"', name);
  const chosen = await pickOne([...items, ...(machines.length <= MOST_AT_ONCE ? [all] : [])], { title });
  return chosen?.answer;
}

/** Largest number of ids in one query. Each id makes the address longer, and servers accept about 8 kB. */
const MOST_AT_ONCE = 50;

function allOf(name: string, machines: readonly Machine[]): ActionFilter {
  return { device: { name: `${name}…`, machineIds: machines.map(({ id }) => id) } };
}

function toItems(devices: readonly { readonly name: string; readonly machineIds: readonly string[] }[]): DeviceItem[] {
  return devices
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((device) => ({
      label: device.name,
      ...(device.machineIds.length > 1 ? { description: l10n.t('{0} records', device.machineIds.length) } : {}),
      answer: { device },
    }));
}
