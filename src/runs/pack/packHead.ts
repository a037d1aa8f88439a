import { HANDED } from './handedRun.ts';
import type { PackInput } from './packFiles.ts';
import { hostsOf } from './packHosts.ts';
import { LABEL } from './packReport.ts';
import type { PackHead } from './packWriter.ts';

/** Returns the texts at the head of a pack: what it is, and how it is checked. */
export function packHead({ run, rows, canHold, marks, ofCase }: PackInput, toolVersion: string): PackHead {
  const { script, args, comment } = run.words;
  const stored = hostsOf(rows, canHold).flatMap(({ row }) => row.facts ?? []);
  // Results of a pack that was opened keep the tenant that it names.
  const tenant = stored[0]?.opened?.said ?? run.tenant;
  const newest = stored.reduce((time, { fetchedAt }) => Math.max(time, fetchedAt), 0);
  // Nobody may take what somebody chose for all hosts of a run.
  const what = `${run.key === HANDED ? 'Chosen live response results' : 'Live response run'} of ${script}`;
  const parts = [
    ...(marks === undefined ? [] : [MARKS]),
    ...(ofCase === undefined || ofCase.notes.length === 0 ? [] : [NOTES]),
    ...(ofCase?.head === undefined ? [] : [RECORD]),
  ];
  return {
    info: [
      ['Bag-Software-Agent', `Live Response Results ${toolVersion}`],
      [
        'External-Description',
        `${LABEL}. ${ofCase === undefined ? what : 'Live response results that a case names,'} on ${rows.length.toString()} hosts`,
      ],
      ['Live-Response-Tenant', `${tenant.cloud} ${tenant.tenantId}`],
      ['Live-Response-Script', script],
      ['Live-Response-Arguments', args],
      ['Live-Response-Comment', comment],
      ...(ofCase === undefined
        ? []
        : ([
            ['Live-Response-Case', ofCase.name],
            ['Live-Response-Case-Number', ofCase.number],
          ] as const)),
      ...(ofCase?.head === undefined ? [] : [['Live-Response-Record-Head', ofCase.head] as const]),
      ...(newest === 0 ? [] : [['Live-Response-Newest-Result', new Date(newest).toISOString()] as const]),
    ],
    readme: README.replace(BEFORE_TIMES, `${parts.join('')}${BEFORE_TIMES}`).replace(
      BEFORE_PROOF,
      `${ofCase?.head === undefined ? '' : CHECK_RECORD}${BEFORE_PROOF}`,
    ),
  };
}

const BEFORE_TIMES = '\nTimes of sessions';

const BEFORE_PROOF = '\n\nWHAT THIS PROVES';

/** Part of the readme about marks, which are only in a pack if the person chose it. */
const MARKS = `data/marks/            marks of the results, a file for each person under a
                       pseudonym. Words of people and no evidence. A later
                       line replaces an earlier one
`;

/** Parts of the readme about what else of a case is in the pack, if the person chose it. */
const NOTES = `data/notes/            notes of the case as they were saved. Words of people;
                       their links lead to lines of the results
`;
const RECORD = `data/case/             the record of the case: steps of the people who worked
                       on it, each line with the hash of the line before, and
                       its anchors
`;
const CHECK_RECORD = `
3. The record of the case. Run:

     python3 -I verify_record.py data/case --head HEAD

   HEAD is Live-Response-Record-Head of bag-info.txt, if the seal is yours.
   verify_record.py is published beside verify.py.
`;

const README = `${LABEL}

This is a pack of results that scripts left on devices, run by live response
of Microsoft Defender for Endpoint. It was written by the VS Code extension
"Live Response Results". The extension is not needed to read or check it.

Do not open the results on a machine that you care for. What a script printed
may have been chosen by an attacker. The files are compressed so that a virus
scanner does not remove them. Compression protects nobody.


WHAT IS IN IT

data/index.csv         one row for each host, also for hosts without a result,
                       with the reason. Safe to open in a spreadsheet
data/index.ndjson      the same for programs
data/results/          the results as the service stored them, each packed with
                       gzip, and beside each a file of facts (.facts.json):
                       device, times, exit code, SHA-256, the account that
                       fetched it, and the whole action with the people and
                       commands that it names
data/timeline.jsonl    what happened when, in Timesketch's format
data/report.html       a page to look at. It is a view and no evidence

Times of sessions and commands are those of Microsoft's servers. The time of
fetching is that of the machine on which the result was fetched.


HOW TO CHECK IT

1. Nothing was damaged. Unpack the zip to a new folder, and in it run:

     sha256sum -c manifest-sha256.txt
     sha256sum -c tagmanifest-sha256.txt

2. Every result is the one that its facts describe, no row of the index lacks
   a result or a reason, and no file was added. Run:

     python3 verify.py PACK.zip --seal SEAL

   verify.py is published with each release of the extension, and its hash
   with it. Take it from there. Do not trust a copy that came with a pack.
   SEAL is the SHA-256 of tagmanifest-sha256.txt. Whoever handed the pack over
   was told it when the pack was written. Get it from them by another way than
   the pack itself.


WHAT THIS PROVES, AND WHAT NOT

Without the seal, the check says that the pack is consistent in itself. Whoever
writes a pack can write another consistent one: with fewer hosts, with other
outputs, with other times. With a seal that you got by another way, the pack is
the one that was sealed.

Neither says that a device told the truth, that the hosts are all hosts, who
ran the script, or whether they were allowed to.


The pack is not encrypted. Before you send it, encrypt it, for example with
age, GnuPG or 7-Zip.
`;
