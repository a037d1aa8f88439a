import { appendMarks, readMarks } from '../../../src/case/marks/markFiles.ts';
import { onLines, resultAt } from './markScene.ts';

// A process of its own, which marks.test.ts starts twice at once. It writes marks of each kind, one after the other, and
// reads those of the others before each, as a window does.
const [, , folder = '', caseId = '', writer = '', count = '0'] = process.argv;
for (let number = 0; number < Number(count); number++) {
  const { lastWords } = await readMarks(folder);
  await appendMarks({
    ...{ folder, caseId, writer, lastWords, now: Date.now() },
    marks: [
      { what: 'tag', on: resultAt(number), tag: `by-${writer}`, set: true },
      { what: 'remark', on: onLines(number, number + 1), id: crypto.randomUUID(), text: `${writer} ${number}` },
    ],
  });
}
