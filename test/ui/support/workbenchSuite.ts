import { after, afterEach, before, suite } from 'node:test';
import { pictureOfFailure, startSession } from './session.ts';
import type { Session, SessionOptions } from './session.ts';

/**
 * Defines a suite whose tests share one workbench. Starts it before the tests, takes a picture after each test that
 * failed, and stops it after the last one.
 *
 * The body may register hooks of its own. Its `before` hooks run when the session is there, its `afterEach` hooks when
 * the picture is taken, and its `after` hooks before the workbench stops.
 *
 * @param name - title of the suite
 * @param options - options of the session; a function where something has to be started for them
 * @param body - defines the tests; only they and hooks can read the session, as the body runs before it is started
 */
export function workbenchSuite(
  name: string,
  options: SessionOptions | (() => SessionOptions | Promise<SessionOptions>),
  body: (session: Session) => void,
): void {
  suite(name, () => {
    let started: Session | undefined;
    before(async () => {
      started = await startSession(typeof options === 'function' ? await options() : options);
    });
    afterEach(async (context) => {
      if (started !== undefined) await pictureOfFailure(started, context);
    });
    body(
      delegateTo(() => {
        if (started === undefined) throw new Error(`"${name}" has no session yet: read it in a test or a hook.`);
        return started;
      }),
    );
    // Node runs these hooks in the order of their registration: the body's own come first.
    after(async () => {
      await started?.stop();
    });
  });
}

/** Returns a session that asks for the real one at each read. */
function delegateTo(current: () => Session): Session {
  return {
    get page() {
      return current().page;
    },
    get url() {
      return current().url;
    },
    get server() {
      return current().server;
    },
    get workspace() {
      return current().workspace;
    },
    get stop() {
      return current().stop;
    },
  };
}
