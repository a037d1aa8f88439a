import type { DecodeChange } from '../decode/transcript.ts';
import type { ResultAddress } from '../../base/resultUri.ts';

/** A value as the API returned it; null or undefined if the API returned no value. */
export type Said = string | null | undefined;

/**
 * All facts about the source of a quotation for an evidence block. Texts are exactly as received and can be hostile.
 */
export interface EvidenceSource {
  readonly address: ResultAddress;
  /** Origin of a result that a user opened from a file or a link. `said` contains the ids of a facts file beside it. */
  readonly opened?: {
    readonly kind: 'file' | 'link' | 'pack';
    readonly name: string;
    readonly said:
      | { readonly cloud: string; readonly tenantId: string; readonly actionId: string; readonly commandIndex: number }
      | undefined;
  };
  /** Name that the connection has on this machine. */
  readonly connection: string;
  readonly device: Said;
  readonly machineId: Said;
  /** The requested script. The result may name another script: see `mismatches`. */
  readonly script: Said;
  readonly scriptArguments: Said;
  readonly requestor: Said;
  readonly requestorComment: Said;
  readonly actionStatus: Said;
  readonly commandStatus: Said;
  /** Server times, verbatim. */
  readonly createdAt: Said;
  readonly startedAt: Said;
  readonly endedAt: Said;
  readonly updatedAt: Said;
  /** Local time at which the download ended, ms since 1970. */
  readonly fetchedAt: number;
  /** Local time at which the headers in `blob` arrived; undefined if the time was not recorded. */
  readonly answeredAt: number | undefined;
  /** The account or the application that fetched the result. */
  readonly fetchedBy: Said;
  /** Version of the extension that fetched the result; missing if the version was not recorded. */
  readonly fetchedWith: Said;
  /** Version of the extension that quotes the result. */
  readonly toolVersion: string;
  readonly exitCode: number | undefined;
  /** The result file as the service stored it: bytes, and their SHA-256 in lower-case hex. */
  readonly file: { readonly size: number; readonly sha256: string };
  /** The complete text: its number of lines in an editor, and its SHA-256 as UTF-8. */
  readonly text: { readonly lines: number; readonly sha256: string };
  /** Headers of the blob server's response, verbatim. */
  readonly blob: {
    readonly date?: string;
    readonly lastModified?: string;
    readonly etag?: string;
    readonly contentMd5?: string;
    readonly requestId?: string;
  };
  /** Set if no header stated the file's size. The file may then be cut off. */
  readonly lengthUnknown?: true;
  /** Changes that were made in order to read the file. */
  readonly changes: readonly DecodeChange[];
  /** Differences between the request and the result. */
  readonly mismatches: readonly {
    readonly kind: 'scriptName' | 'fileName';
    readonly asked: string;
    readonly found: string;
  }[];
}
