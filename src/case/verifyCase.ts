import path from 'node:path';
import { isLiveResponseError } from '../base/errors.ts';
import { headOfRecord, readAnchors } from './anchors/anchors.ts';
import type { Anchor } from './anchors/anchors.ts';
import { checkSignature } from './anchors/sshSignature.ts';
import type { SshPlace } from './anchors/sshSignature.ts';
import { compareFile } from './folder/caseArtefacts.ts';
import { readCase } from './folder/caseFile.ts';
import { ANCHOR_FOLDER, readRecord } from './record/recordFiles.ts';
import type { RecordedResult } from './record/recordLine.ts';
import { checkRecord } from './record/verifyRecord.ts';
import type { CheckedRecord, Fault } from './record/verifyRecord.ts';

/** Whether a stored result has the hash that the record says; `absent` if it is not stored on this machine. */
export type CompareResult = (result: RecordedResult) => Promise<'same' | 'other' | 'absent'>;

export interface VerifyParts {
  readonly folder: string;
  readonly compareResult: CompareResult;
  readonly ssh: SshPlace;
  readonly signal: AbortSignal;
}

/** An anchor with what was found of its signature. */
export interface CheckedAnchor extends Pick<Anchor, 'name' | 'head' | 'stamp' | 'until' | 'behind'> {
  /** Fingerprint of the key that signed; `unchecked` without ssh-keygen, undefined without a valid signature. */
  readonly signedBy: string | undefined;
}

/** Files, or results, by what was found of them. */
export type Compared = Readonly<Record<'same' | 'other' | 'absent', number>>;

/** Outcome of the check of a case's record. */
export interface CaseVerdict extends Pick<CheckedRecord, 'lines' | 'torn' | 'backwards' | 'unknown'> {
  readonly name: string;
  readonly files: number;
  readonly head: string;
  readonly faults: readonly Fault[];
  readonly written: Compared;
  readonly results: Compared;
  readonly anchors: readonly CheckedAnchor[];
  /** Older anchors that were not looked at. */
  readonly olderAnchors: number;
}

/**
 * Checks the record of a case: its chain, what it names and is still there, and its anchors. Reads, and changes nothing.
 *
 * @throws LiveResponseError `fileFailed` if the folder is no case, or has what no case has
 */
export async function verifyCase({ folder, compareResult, ssh, signal }: VerifyParts): Promise<CaseVerdict> {
  const { id, name } = await readCase(folder);
  const files = await readRecord(folder);
  const checked = checkRecord(files, id);
  const faults = [...checked.faults];
  const written = { same: 0, other: 0, absent: 0 };
  for (const file of checked.files) {
    signal.throwIfAborted();
    const found = await compareFile(folder, file);
    written[found]++;
    if (found === 'other') faults.push({ kind: 'artefact', file: file.name ?? '' });
  }
  const results = { same: 0, other: 0, absent: 0 };
  for (const result of checked.results) {
    signal.throwIfAborted();
    const found = await compareResult(result);
    results[found]++;
    if (found === 'other') faults.push({ kind: 'result', file: `${result.actionId}#${result.commandIndex}` });
  }
  const anchors: CheckedAnchor[] = [];
  const { anchors: read, older } = await readAnchors(folder, files);
  for (const { faults: more, signature, ...anchor } of read) {
    signal.throwIfAborted();
    for (const fault of more) faults.push(fault);
    let signedBy: string | undefined;
    if (signature !== undefined) {
      const place = path.join(folder, ANCHOR_FOLDER);
      try {
        signedBy = await checkSignature(ssh, path.join(place, anchor.name), path.join(place, signature), signal);
        if (signedBy === undefined) faults.push({ kind: 'signature', file: signature });
      } catch (error) {
        if (!isLiveResponseError(error) || error.code !== 'fileFailed') throw error;
        signedBy = 'unchecked';
      }
    }
    anchors.push({ ...anchor, signedBy });
  }
  const { lines, torn, backwards, unknown } = checked;
  return {
    name,
    files: files.length,
    lines,
    torn,
    backwards,
    unknown,
    head: headOfRecord(files),
    faults,
    written,
    results,
    anchors,
    olderAnchors: older,
  };
}
