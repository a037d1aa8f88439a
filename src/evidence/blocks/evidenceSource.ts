import type { DecodeChange } from '../decode/transcript.ts';
import type { ResultAddress } from '../../base/resultUri.ts';

/** A value as the API returned it; null or undefined if it returned none. */
export type Said = string | null | undefined;

/**
 * Everything that an evidence block can say about the source of a quotation. Texts are as received, even hostile ones.
 */
export interface EvidenceSource {
  readonly address: ResultAddress;
  /** Origin of a result that no tenant answered. `said` holds the ids that a file beside it names. */
  readonly opened?: {
    readonly kind: 'file' | 'link';
    readonly name: string;
    readonly said:
      | { readonly cloud: string; readonly tenantId: string; readonly actionId: string; readonly commandIndex: number }
      | undefined;
  };
  /** Name of the connection on this machine. */
  readonly connection: string;
  readonly device: Said;
  readonly machineId: Said;
  /** The requested script. The result may name another one: see `mismatches`. */
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
  /** Local time at which the headers in `blob` arrived; undefined if it was not noted. */
  readonly answeredAt: number | undefined;
  /** The account or the application that fetched the result. */
  readonly fetchedBy: Said;
  /** Version of the extension that fetched the result; missing if it was not noted. */
  readonly fetchedWith: Said;
  /** Version of the extension that quotes the result. */
  readonly toolVersion: string;
  readonly exitCode: number | undefined;
  /** The result file as the service stored it: bytes, and their SHA-256 in lower-case hex. */
  readonly file: { readonly size: number; readonly sha256: string };
  /** The quoted text as a whole: its lines as an editor counts them, and its SHA-256 as UTF-8. */
  readonly text: { readonly lines: number; readonly sha256: string };
  /** Headers of the blob's answer, verbatim. */
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
