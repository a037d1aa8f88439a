import { watchBundles } from './build.ts';

await watchBundles();
