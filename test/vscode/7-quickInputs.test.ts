import assert from 'node:assert/strict';
import { commands } from 'vscode';
import type { Choice } from '../../src/commands/connections/wizard/choices.ts';
import { Steps } from '../../src/commands/connections/wizard/quickInputs.ts';

describe('a step of the connection wizard', () => {
  it('fills its rows once for a text: the row that a person has moved to stays', async () => {
    const filledFor: string[] = [];
    const steps = new Steps();
    const ended = steps.askChoice<string>(
      { title: 'A step', step: 1, totalSteps: 2 },
      {
        placeholder: 'Anything',
        value: 'begun',
        choices: (typed): Choice<string>[] => {
          filledFor.push(typed);
          return ['first', 'second'].map((value) => ({ label: value, value, detail: '' }));
        },
        isActive: (value) => value === 'first',
        typing: true,
      },
    );
    // VS Code reports the first text before it reports any key.
    await commands.executeCommand('workbench.action.quickOpenSelectNext');
    await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    assert.deepEqual(await ended, { kind: 'next', value: 'second' });
    assert.deepEqual(filledFor, ['begun']);
    steps.dispose();
  });
});
