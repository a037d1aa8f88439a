import { BLOB_HOST, failure, faults, OK } from '../fault.ts';
import { atBlob, AZURE_HEADERS } from '../produce.ts';
import { SMALL } from '../stage.ts';

/** Faults where the answer does not state the result's length, or states one that does not fit. */
export const LENGTHS = faults([
  {
    id: 'blob-length-unknown',
    happens: 'the result comes without a length, and without `Content-MD5`',
    where: 'blob',
    client: 'takes it twice, keeps it where both are alike, and says that its length is unknown',
    arrange: atBlob({ kind: 'unmeasured', afterBytes: Infinity }, Infinity),
    ends: OK,
    apiCalls: 1,
    downloads: 2,
  },
  {
    id: 'blob-length-unknown-cut',
    happens: 'the result comes without a length, and is cut off elsewhere each time',
    where: 'blob',
    client: 'begins four times, keeps nothing, then says so',
    arrange: (stage) => {
      for (const afterBytes of [400, 300, 200, 100]) {
        atBlob({ kind: 'unmeasured', afterBytes })(stage);
      }
    },
    ends: failure('incompleteDownload', { host: BLOB_HOST, size: 100, reason: 'lengthUnknown' }),
    apiCalls: 1,
    downloads: 4,
  },
  {
    id: 'blob-part',
    happens: '206 with the beginning alone, though the whole was asked for',
    where: 'blob',
    client: 'takes it for no whole, and begins anew',
    arrange: (stage) => {
      const bytes = stage.stored(SMALL);
      const headers = { ...AZURE_HEADERS, 'content-range': `bytes 0-999/${bytes.length}` };
      atBlob({ kind: 'answer', status: 206, headers, body: bytes.subarray(0, 1000) })(stage);
    },
    ends: OK,
    apiCalls: 1,
    downloads: 2,
  },
  {
    id: 'blob-part-for-ever',
    happens: '206 with the beginning alone, again and again',
    where: 'blob',
    client: 'begins four times, then says so',
    arrange: (stage) => {
      const bytes = stage.stored(SMALL);
      const headers = { ...AZURE_HEADERS, 'content-range': `bytes 0-999/${bytes.length}` };
      atBlob({ kind: 'answer', status: 206, headers, body: bytes.subarray(0, 1000) }, Infinity)(stage);
    },
    ends: failure('incompleteDownload', { host: BLOB_HOST, size: 1000, limit: 2933 }),
    apiCalls: 1,
    downloads: 4,
  },
  {
    id: 'blob-contradiction',
    happens: 'the length and the range of the answer do not fit each other, again and again',
    where: 'blob',
    client: 'keeps none of it: begins four times, then says so',
    arrange: (stage) => {
      const bytes = stage.stored(SMALL);
      const headers = { ...AZURE_HEADERS, 'content-range': `bytes 0-499/${bytes.length}` };
      atBlob({ kind: 'answer', status: 206, headers, body: bytes.subarray(0, 1000) }, Infinity)(stage);
    },
    ends: failure('incompleteDownload', { host: BLOB_HOST, status: 206, reason: 'contradiction' }),
    apiCalls: 1,
    downloads: 4,
  },
  {
    id: 'blob-other-version',
    happens: 'the result breaks off, and the rest that then comes has another ETag',
    where: 'blob',
    client: 'joins the two never: throws all away and begins anew',
    arrange: (stage) => {
      atBlob({ kind: 'truncate', afterBytes: 1000, promised: true })(stage);
      const { length } = stage.stored(SMALL);
      const headers = { ...AZURE_HEADERS, 'content-range': `bytes 1000-${length - 1}/${length}`, etag: '"0x1"' };
      const body = Buffer.alloc(length - 1000, 'x');
      atBlob({ kind: 'answer', status: 206, headers, body })(stage);
    },
    ends: OK,
    apiCalls: 1,
    downloads: 3,
  },
  {
    id: 'blob-silent',
    happens: 'the blob host takes the request and never answers',
    where: 'blob',
    client: 'ends each attempt at its deadline (100 s; 0.5 s in this test), then says so',
    speed: 200,
    arrange: ({ tenant }) => {
      tenant.faults.add({ door: 'blob', times: Infinity, holdMs: 60_000 });
    },
    ends: failure('timeout', { host: BLOB_HOST }),
    apiCalls: 1,
    downloads: [1, 4],
  },
]);
