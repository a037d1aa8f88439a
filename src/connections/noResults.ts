import { Emitter } from '../base/emitter.ts';
import { isLiveResponseError, LiveResponseError } from '../base/errors.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { Priority } from '../base/urgency.ts';
import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import { findCommand, resultOf } from '../model/machineAction.ts';
import { isTime, noResultReasons, reasonsOfMember } from '../model/noResultReasons.ts';
import type { NoResultFacts, NoResultReason } from '../model/noResultReasons.ts';
import type { Run, RunMember } from '../model/run.ts';
import type { ConnectionList } from './connectionList.ts';
import type { MachineRecord } from './machineRecords.ts';
import type { Packs } from './packs.ts';
import type { Session, Sessions } from './sessions.ts';

export interface NoResultsParts {
  readonly connections: Pick<ConnectionList, 'forTenant'>;
  readonly sessions: Pick<Sessions, 'of'>;
  readonly packs?: Pick<Packs, 'whyOf'>;
}

/** Facts about the order of a session's commands. */
interface CommandOrder {
  readonly failed: number | undefined;
  readonly open: number | undefined;
  readonly hasRun: boolean;
}

/** Explains why commands have no result, from the actions and records of devices that this window knows. */
export class NoResults {
  readonly #parts: NoResultsParts;
  /** Sessions that run now, by device. Kept until the end of the turn: an overview asks for each of thousands of hosts. */
  readonly #running = new Map<Session, ReadonlyMap<string, MachineAction>>();
  readonly #orders = new WeakMap<MachineAction, CommandOrder>();
  readonly #learned = new Emitter<string>();
  /** Fires with the ID of a device when its record has arrived. */
  readonly onDidLearn = this.#learned.event;

  constructor(parts: NoResultsParts) {
    this.#parts = parts;
  }

  /**
   * Explains why a command has no result.
   *
   * @param failure - the failure of the last attempt to fetch it
   * @returns undefined if no list of this window has loaded the action
   */
  ofCommand(
    ref: ResultRef,
    failure?: { readonly error: unknown; readonly at: number },
  ): readonly NoResultReason[] | undefined {
    const told = this.#ofPack(ref);
    if (told !== undefined) return told;
    const session = this.#sessionOf(ref);
    const action = session?.known(ref.actionId);
    const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
    if (session === undefined || action === undefined || command === undefined) return undefined;
    const error = failure?.error;
    return noResultReasons({
      ...this.#factsOf(session, action, command),
      failure: isLiveResponseError(error)
        ? { code: error.code, values: error.values, ...(failure === undefined ? {} : { at: failure.at }) }
        : undefined,
    });
  }

  /** Explains why a host of a run has no result. Of an action that is not loaded, the run keeps a few facts. */
  readonly ofMember = (
    tenant: Run['tenant'],
    member: RunMember,
    failure: NoResultFacts['failure'],
  ): readonly NoResultReason[] => {
    const ref = { ...tenant, actionId: member.actionId, commandIndex: member.commandIndex };
    const told = this.#ofPack(ref);
    if (told !== undefined) return told;
    const session = this.#sessionOf(ref);
    const action = session?.known(member.actionId);
    const command = action === undefined ? undefined : findCommand(action, member.commandIndex);
    // A run can be older than the list. Its row must not contradict its reason, so both are of the same state.
    const isKnown = session !== undefined && action !== undefined && command !== undefined;
    if (isKnown && action.status === member.actionStatus && command.commandStatus === member.commandStatus)
      return noResultReasons({ ...this.#factsOf(session, action, command), failure });
    const record = session?.machines.get(member.machineId);
    return reasonsOfMember(member, failure, { machine: record?.machine, askedAt: record?.askedAt }, Date.now());
  };

  /** Returns the record of a device, if this window asked for it. */
  recordOf(tenant: Run['tenant'], machineId: string | null): MachineRecord | undefined {
    return this.#sessionOf(tenant)?.machines.get(machineId);
  }

  /** Asks Defender for the record of a device. Costs one call. @throws LiveResponseError the failures of the call */
  async ask(tenant: Run['tenant'], machineId: string, signal: AbortSignal, priority?: Priority): Promise<void> {
    const session = this.#sessionOf(tenant);
    if (session === undefined) throw new LiveResponseError('noConnection');
    await session.machines.ask(machineId, signal, priority);
    this.#learned.fire(machineId);
  }

  /** Returns the reason that an open pack gives. */
  #ofPack(ref: ResultRef): readonly NoResultReason[] | undefined {
    const why = this.#parts.packs?.whyOf(ref);
    return why === undefined ? undefined : [{ code: 'packSaid', source: 'seen', values: { why } }];
  }

  #sessionOf(tenant: Run['tenant']): Session | undefined {
    if (tenant.cloud === 'file') return undefined;
    const connection = this.#parts.connections.forTenant(tenant);
    return connection === undefined ? undefined : this.#parts.sessions.of(connection);
  }

  #factsOf(session: Session, action: MachineAction, command: LiveResponseCommand): Omit<NoResultFacts, 'failure'> {
    const { failed, open, hasRun } = this.#orderOf(action);
    const other = action.status === 'Pending' ? this.#runningOn(session).get(action.machineId ?? '') : undefined;
    const record = session.machines.get(action.machineId);
    return {
      result: resultOf(action, command),
      commandType: command.command.type,
      actionStatus: action.status,
      createdAt: action.creationDateTimeUtc,
      errorHResult: action.errorHResult,
      cancelledBy: action.cancellationRequestor,
      cancellationComment: action.cancellationComment,
      commandStatus: command.commandStatus,
      startedAt: command.startTime,
      endedAt: command.endTime,
      deviceErrors: command.errors ?? [],
      failedBefore: failed !== undefined && failed < command.index ? failed : undefined,
      runsBefore: open !== undefined && open < command.index ? open : undefined,
      hasRunHere: hasRun,
      machine: record?.machine,
      askedAt: record?.askedAt,
      otherSession: other === undefined ? undefined : (other.requestor ?? ''),
      now: Date.now(),
    };
  }

  /** Returns the first command that failed, the first that has not ended, and whether any began. Kept for each action. */
  #orderOf(action: MachineAction): CommandOrder {
    const known = this.#orders.get(action);
    if (known !== undefined) return known;
    const indexes = (isWanted: (command: LiveResponseCommand) => boolean): number | undefined => {
      const found = action.commands.filter(isWanted).map(({ index }) => index);
      return found.length === 0 ? undefined : found.reduce((one, other) => Math.min(one, other));
    };
    const order: CommandOrder = {
      failed: indexes(({ commandStatus }) => commandStatus === 'Failed'),
      open: indexes(({ commandStatus }) => commandStatus === 'Executing' || commandStatus === 'Submitted'),
      hasRun: action.commands.some(
        ({ commandStatus, startTime }) =>
          isTime(startTime) || commandStatus === 'Executing' || commandStatus === 'Completed',
      ),
    };
    this.#orders.set(action, order);
    return order;
  }

  /** Returns the sessions that are running, by the IDs of their devices. A device runs one session at a time. */
  #runningOn(session: Session): ReadonlyMap<string, MachineAction> {
    const known = this.#running.get(session);
    if (known !== undefined) return known;
    const running = new Map(
      session.running().flatMap((action) => (action.machineId === null ? [] : [[action.machineId, action] as const])),
    );
    this.#running.set(session, running);
    queueMicrotask(() => {
      this.#running.clear();
    });
    return running;
  }
}
