// Makes the databases of src/engine/testing/fixtures/v11 (its README.md says what for) with the Heddle of this checkout.
// By hand alone, and only in a checkout of that version: what a later one makes is not what its users have.
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { root } from './lib/root.mjs';

const { module } = await runnerImport(join(root, 'src/engine/testing/old-databases/make.ts'), {
  configFile: false,
  root,
});
await module.makeOldDatabases();
