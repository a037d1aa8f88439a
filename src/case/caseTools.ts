import { writeHeads } from './anchors/anchors.ts';
import { signHeads } from './anchors/sshSignature.ts';
import { stampHeads } from './anchors/stampHeads.ts';
import { describeFile, nameInCase } from './folder/caseArtefacts.ts';
import { readCaseParts } from './folder/caseParts.ts';
import { createCase, hasCase, isDay, readCase, setRetention } from './folder/caseFile.ts';
import { appendMarks, readMarks } from './marks/markFiles.ts';
import { PackMarkReader } from './marks/packMarks.ts';
import { readRecord } from './record/recordFiles.ts';
import { recordTimeline } from './record/recordTimeline.ts';
import { RecordWriter } from './record/recordWriter.ts';
import type { RecordWriterParts } from './record/recordWriter.ts';
import { verifyCase } from './verifyCase.ts';

/** Functions on the files of a case. They are loaded when there is a case. */
export const caseTools = {
  appendMarks,
  createCase,
  createPackMarkReader: (): PackMarkReader => new PackMarkReader(),
  createWriter: (parts: RecordWriterParts): RecordWriter => new RecordWriter(parts),
  describeFile,
  hasCase,
  isDay,
  nameInCase,
  readCase,
  readCaseParts,
  readMarks,
  readRecord,
  recordTimeline,
  setRetention,
  signHeads,
  stampHeads,
  verifyCase,
  writeHeads,
};

export type CaseTools = typeof caseTools;
