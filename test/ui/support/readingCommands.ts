/** The commands that 14-reading.test.ts drives, and holds itself to. */
export const readingCommands = [
  'showAs',
  'explainEmpty',
  'nextCommand',
  'previousCommand',
  'compareResult',
  'nextPart',
  'previousPart',
  'lastPart',
  'openWhole',
  'saveOutput',
] as const;
