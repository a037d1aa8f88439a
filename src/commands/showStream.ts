import { l10n } from 'vscode';
import { showResult } from '../documents/showResult.ts';
import type { Services } from '../services.ts';
import type { CommandRunner } from './commandRunner.ts';
import { exportRaw } from './exportRaw.ts';
import { findTargets } from './targets.ts';

/** `liveResponse.openOutput` and `liveResponse.openErrors`: the other text of the same result, empty or not. */
export async function showStream(
  services: Services,
  runner: CommandRunner,
  stream: 'output' | 'errors',
  args: readonly unknown[],
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target === undefined) return;
  await runner.run(
    l10n.t('Opening result'),
    async ({ signal }) => {
      const facts = await services.results.open(target.ref, { signal });
      // Asked for by name, they do not leave with the output.
      if (stream === 'errors') services.companions.release(facts.ref);
      await showResult(facts, services.companions, { stream, preserveFocus: false });
    },
    { exportRaw: () => exportRaw(services, runner, [target]) },
  );
}
