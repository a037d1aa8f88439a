import { Emitter } from '../base/emitter.ts';
import { isLiveResponseError } from '../base/errors.ts';
import type { ResultRef } from '../base/resultUri.ts';
import type { Priority } from '../base/urgency.ts';
import type { LiveResponseCommand, MachineAction } from '../defender/schema.ts';
import { findCommand, isFinished, resultOf } from '../model/machineAction.ts';
import { noResultReasons, reasonsOfMember } from '../model/noResultReasons.ts';
import type { NoResultFacts, NoResultReason } from '../model/noResultReasons.ts';
import type { Run, RunMember } from '../model/run.ts';
import type { ConnectionList } from './connectionList.ts';
import type { MachineRecord } from './machineRecords.ts';
import type { Session, Sessions } from './sessions.ts';

export interface NoResultsParts {
  readonly connections: Pick<ConnectionList, 'forTenant'>;
  readonly sessions: Pick<Sessions, 'of'>;
}

/** Explains why commands have no result, from the actions and records of devices that this window knows. */
export class NoResults {
  readonly #parts: NoResultsParts;
  /** Sessions that run now, by device. Kept until the end of the turn: an overview asks for each of thousands of hosts. */
  readonly #running = new Map<Session, ReadonlyMap<string, MachineAction>>();
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
  ofCommand(ref: ResultRef, failure?: unknown): readonly NoResultReason[] | undefined {
    const session = this.#sessionOf(ref);
    const action = session?.known(ref.actionId);
    const command = action === undefined ? undefined : findCommand(action, ref.commandIndex);
    if (session === undefined || action === undefined || command === undefined) return undefined;
    return noResultReasons(this.#factsOf(session, action, command, failure));
  }

  /** Explains why a host of a run has no result. Of an action that is not loaded, the run keeps a few facts. */
  ofMember(tenant: Run['tenant'], member: RunMember, failure: NoResultFacts['failure']): readonly NoResultReason[] {
    const ref = { ...tenant, actionId: member.actionId, commandIndex: member.commandIndex };
    const session = this.#sessionOf(ref);
    const action = session?.known(member.actionId);
    const command = action === undefined ? undefined : findCommand(action, member.commandIndex);
    if (session !== undefined && action !== undefined && command !== undefined) {
      // The run decides what kind of result a host has: its row must not contradict its reason.
      return noResultReasons({ ...this.#factsOf(session, action, command, undefined), failure, result: member.result });
    }
    return reasonsOfMember(member, failure, session?.machines.get(member.machineId)?.machine, Date.now());
  }

  /** Returns the record of a device, if this window asked for it. */
  recordOf(tenant: Run['tenant'], machineId: string | null): MachineRecord | undefined {
    return this.#sessionOf(tenant)?.machines.get(machineId);
  }

  /** Asks Defender for the record of a device. Costs one call. @throws LiveResponseError the failures of the call */
  async ask(tenant: Run['tenant'], machineId: string, signal: AbortSignal, priority?: Priority): Promise<void> {
    await this.#sessionOf(tenant)?.machines.ask(machineId, signal, priority);
    this.#learned.fire(machineId);
  }

  #sessionOf(tenant: Run['tenant']): Session | undefined {
    if (tenant.cloud === 'file') return undefined;
    const connection = this.#parts.connections.forTenant(tenant);
    return connection === undefined ? undefined : this.#parts.sessions.of(connection);
  }

  #factsOf(session: Session, action: MachineAction, command: LiveResponseCommand, failure: unknown): NoResultFacts {
    const isEarlier = ({ index, commandStatus }: LiveResponseCommand): boolean =>
      index < command.index && commandStatus === 'Failed';
    const other = isFinished(action) ? undefined : this.#runningOn(session).get(action.machineId ?? '');
    return {
      result: resultOf(action, command),
      actionStatus: action.status,
      createdAt: action.creationDateTimeUtc,
      errorHResult: action.errorHResult,
      cancelledBy: action.cancellationRequestor,
      cancellationComment: action.cancellationComment,
      commandStatus: command.commandStatus,
      startedAt: command.startTime,
      endedAt: command.endTime,
      deviceErrors: command.errors ?? [],
      failedBefore: action.commands.find(isEarlier)?.index,
      machine: session.machines.get(action.machineId)?.machine,
      otherSession: other === undefined || other.id === action.id ? undefined : (other.requestor ?? ''),
      failure: isLiveResponseError(failure) ? { code: failure.code, values: failure.values } : undefined,
      now: Date.now(),
    };
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
