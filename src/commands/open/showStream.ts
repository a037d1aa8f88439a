import type { Services } from '../../services.ts';
import type { CommandRunner } from '../common/commandRunner.ts';
import { openTarget } from './openTarget.ts';
import { findTargets } from '../common/targets.ts';

/** `liveResponse.openOutput` and `liveResponse.openErrors`: open this text of a result, even if it is empty. */
export async function showStream(
  services: Services,
  runner: CommandRunner,
  stream: 'output' | 'errors',
  args: readonly unknown[],
): Promise<void> {
  const [target] = findTargets(services, args);
  if (target !== undefined) await openTarget(services, runner, { ref: target.ref, stream, line: undefined }, true);
}
