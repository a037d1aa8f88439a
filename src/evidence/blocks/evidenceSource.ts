import type { DecodeChange } from '../decode/transcript.ts';
import type { ResultAddress } from '../../base/resultUri.ts';

/** A value as the API said it; null or undefined where it said none. */
export type Said = string | null | undefined;

/** Everything an evidence block can say of where a quotation comes from. Texts are as received, however hostile. */
export interface EvidenceSource {
  readonly address: ResultAddress;
  /** Where it was opened from, where no tenant answered it; `said` are the ids that a file beside it names. */
  readonly opened?: {
    readonly kind: 'file' | 'link';
    readonly name: string;
    readonly said:
      | { readonly cloud: string; readonly tenantId: string; readonly actionId: string; readonly commandIndex: number }
      | undefined;
  };
  /** What the connection is called on this machine. */
  readonly connection: string;
  readonly device: Said;
  readonly machineId: Said;
  /** The script that was asked for; the result may name another one, see `mismatches`. */
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
  /** Local clock when the download had ended, ms since 1970. */
  readonly fetchedAt: number;
  /** The same clock when the headers in `blob` had come; undefined where that was not noted. */
  readonly answeredAt: number | undefined;
  /** The account, or the application, that the result was fetched as. */
  readonly fetchedBy: Said;
  /** The version of this program that fetched it; none where that was not noted. */
  readonly fetchedWith: Said;
  /** The version that quotes it. */
  readonly toolVersion: string;
  readonly exitCode: number | undefined;
  /** The result file as the service stored it: bytes, and their SHA-256 in lower-case hex. */
  readonly file: { readonly size: number; readonly sha256: string };
  /** The quoted text as a whole: lines as an editor counts them, SHA-256 of it as UTF-8. */
  readonly text: { readonly lines: number; readonly sha256: string };
  /** Headers of the blob's answer, verbatim. */
  readonly blob: {
    readonly date?: string;
    readonly lastModified?: string;
    readonly etag?: string;
    readonly contentMd5?: string;
    readonly requestId?: string;
  };
  /** Set where no header stated the size of the file, which may therefore be cut off. */
  readonly lengthUnknown?: true;
  /** What was done to read the file. */
  readonly changes: readonly DecodeChange[];
  /** What does not fit what was asked for. */
  readonly mismatches: readonly {
    readonly kind: 'scriptName' | 'fileName';
    readonly asked: string;
    readonly found: string;
  }[];
}
