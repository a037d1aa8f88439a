import { rm } from 'node:fs/promises';
import { after, afterEach, before, beforeEach } from 'node:test';
import { createAuthority } from './authority.ts';
import type { Authority } from './authority.ts';
import { serveAuthority } from './authorityServer.ts';
import type { AuthorityServer } from './authorityServer.ts';
import { createScene, fetched } from './scene.ts';
import type { Scene } from './scene.ts';

/** A case with one step, and an authority for time stamps that serves on this machine. */
export interface StampScene {
  readonly authority: Authority;
  readonly server: AuthorityServer;
  readonly scene: Scene;
}

/**
 * Registers hooks that give each test of a suite a scene of its own, and all of them one authority.
 *
 * @param take - called with each scene, before its test
 */
export function useStampScene(take: (scene: StampScene) => void): void {
  let authority: Authority;
  let made: StampScene;
  before(async () => {
    authority = await createAuthority();
  });
  after(() => authority.stop());
  beforeEach(async () => {
    const scene = await createScene();
    const writer = scene.writer('anna', Date.now);
    await writer.append(fetched(1));
    await writer.close();
    made = { authority, server: await serveAuthority(authority), scene };
    take(made);
  });
  afterEach(async () => {
    await made.server.stop();
    await rm(made.scene.folder, { recursive: true });
  });
}
