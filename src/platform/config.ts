import { ConfigurationTarget, env, workspace } from 'vscode';
import type { Connection } from '../connections/connection.ts';
import type { Effective, Policy } from '../policy/policy.ts';
import { POLICY_KEYS } from '../policy/policyKeys.ts';
import type { PolicyValues } from '../policy/policyKeys.ts';
import type { KeepRules } from '../results/resultStore.ts';

/** Formats in which a quotation is written into a note, with its source. */
export type NoteForm = 'compactBlock' | 'fullBlock' | 'citation' | 'tableRow';

const SECTION = 'liveResponse';
const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60_000;

/** Whether unfinished actions are polled while the user looks at them. */
export function followsActions(): boolean {
  return workspace.getConfiguration(SECTION).get<boolean>('followActions', true);
}

/** Whether rows of the list show ages, such as `3 min. ago`, instead of times in UTC. */
export function showsAges(): boolean {
  return workspace.getConfiguration(SECTION).get<string>('listTimes', 'utc') === 'relative';
}

/** Place at which the errors of a script open: beside its output, below it, or as a tab behind it. */
export type ErrorsPlace = 'beside' | 'below' | 'tab';

/** Number of error lines from which errors open beside their output, because they need room of their own. */
const MANY_ERRORS = 10;

/**
 * Returns the place at which errors open.
 *
 * @param lines - number of lines of the errors. By default, few lines open below the output, which keeps its width
 */
export function errorsPlace(lines: number): ErrorsPlace {
  const settings = workspace.getConfiguration(SECTION);
  const wanted = settings.get<string>('openErrors', 'automatic');
  if (wanted === 'beside' || wanted === 'below' || wanted === 'tab') return wanted;
  // The setting of version 0.1.
  if (!settings.get<boolean>('openErrorsBeside', true)) return 'tab';
  return lines < MANY_ERRORS ? 'below' : 'beside';
}

/** Format that a paste of copied text into Markdown offers first. `automatic` chooses the format by the copied text. */
export type PasteAs = 'automatic' | 'plainText' | NoteForm;

const PASTE_FORMS = new Set<PasteAs>(['plainText', 'compactBlock', 'fullBlock', 'citation', 'tableRow']);

/** Returns the `pasteAs` setting; `automatic` if its value is not a known format. */
export function pasteAs(): PasteAs {
  const wanted = workspace.getConfiguration(SECTION).get<PasteAs>('pasteAs', 'automatic');
  return PASTE_FORMS.has(wanted) ? wanted : 'automatic';
}

/** Section of the settings that contains the storage rules. */
export const STORAGE_SECTION = `${SECTION}.storage`;

/** Settings that an administrator can manage. Everything that depends on them reads them here. */
export class Settings {
  readonly #policy: Policy;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** Returns the size of the largest result that is downloaded, in bytes. */
  readonly maxDownloadBytes = (): number =>
    // A megabyte is 1,000,000 bytes here, because the extension also shows sizes in powers of ten.
    Math.max(1, this.#read('maxDownloadSize')) * 1_000_000;

  /**
   * Returns the hosts from which results of these connections may be downloaded, in addition to Azure's hosts. Where an
   * administrator decides about hosts, a user's connection adds none.
   */
  downloadHosts(connections: readonly Connection[]): readonly string[] {
    const isManaged = this.#policy.isManaged('downloadHosts');
    const adding = connections.filter((connection) => !isManaged || this.#policy.isGiven(connection));
    return [...adding.flatMap((connection) => connection.downloadHosts ?? []), ...this.#read('downloadHosts')];
  }

  /** Whether the user may allow a host. */
  get mayAllowDownloadHost(): boolean {
    return !this.#policy.isManaged('downloadHosts');
  }

  /** Allows one more download host, for all windows of this machine. */
  async allowDownloadHost(host: string): Promise<void> {
    const hosts = [...new Set([...this.#read('downloadHosts'), host])];
    await workspace.getConfiguration(SECTION).update('downloadHosts', hosts, ConfigurationTarget.Global);
  }

  /** Returns the address of the authority for time stamps, and whether no other may be asked; empty if none is named. */
  timeStampAuthority(): Effective<string> {
    return this.#policy.effective('timeStampAuthority', this.#own('timeStampAuthority'));
  }

  /** Whether the user may change the limit of downloads. */
  get mayChangeDownloadSize(): boolean {
    return !this.#policy.isManaged('maxDownloadSize');
  }

  /** Whether indicators are defanged in text that is copied together with its source. */
  readonly defangsOnCopy = (): boolean => this.#read('defangOnCopy');

  /**
   * Whether events can be sent at this moment. VS Code's telemetry level and this extension's own setting must both
   * allow it.
   */
  readonly sendsTelemetry = (): boolean => env.isTelemetryEnabled && this.#read('telemetry');

  /** Returns the rules for stored results: whether results are stored on the disk, how many bytes, and for how long. */
  readonly storageRules = (): KeepRules => {
    const megabytes = this.#read('maxStorageSize');
    const days = this.#read('maxStorageAgeDays');
    return {
      keep: this.#read('keepResults'),
      maxBytes: megabytes > 0 ? megabytes * MIB : undefined,
      maxAge: days > 0 ? days * DAY_MS : undefined,
    };
  };

  /** Returns the user's own values, or the defaults, of all that an administrator can manage. */
  ownValues(): PolicyValues {
    const own = Object.entries(POLICY_KEYS).map(([key, { normal }]) => [key, normal] as const);
    const set = (Object.keys(OWN) as (keyof typeof OWN)[]).map((key) => [key, this.#own(key)] as const);
    return Object.fromEntries([...own, ...set]) as unknown as PolicyValues;
  }

  #read<Key extends keyof typeof OWN>(key: Key): PolicyValues[Key] {
    return this.#policy.effective(key, this.#own(key)).value;
  }

  #own<Key extends keyof typeof OWN>(key: Key): PolicyValues[Key] {
    const { normal } = POLICY_KEYS[key];
    const own = workspace.getConfiguration(SECTION).get<PolicyValues[Key]>(OWN[key]);
    // A value that was edited by hand can have any type.
    const isOfType = typeof own === typeof normal && Array.isArray(own) === Array.isArray(normal);
    return isOfType ? (own ?? normal) : normal;
  }
}

/** Settings of the user, by the key with which an administrator manages them. */
const OWN = {
  maxDownloadSize: 'maxDownloadSize',
  downloadHosts: 'downloadHosts',
  keepResults: 'storage.keepResults',
  maxStorageSize: 'storage.maxSize',
  maxStorageAgeDays: 'storage.maxAgeDays',
  timeStampAuthority: 'timeStampAuthority',
  defangOnCopy: 'defangOnCopy',
  telemetry: 'telemetry.enabled',
} as const;
