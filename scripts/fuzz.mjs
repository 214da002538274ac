// Breaks what readers read, for as long as is wished: npm run fuzz -- lists 10 (minutes). What is read in a new way is
// kept in the fuzz-corpus beside the test that it runs. The message of a failure has its seed: HEDDLE_FUZZ_SEED=…
// gives it again.
import { runTool } from './lib/run.mjs';

const TESTS = {
  lists: 'src/engine/formats/list-fuzz.test.ts',
  answers: 'src/workers/http/parser-fuzz.test.ts',
  readers: 'src/engine/readers-fuzz.test.ts',
};

const [what = '', minutes = '10'] = process.argv.slice(2);
const test = TESTS[what];
if (test === undefined || !(Number(minutes) > 0)) {
  process.stderr.write(`npm run fuzz -- ${Object.keys(TESTS).join('|')} [minutes]\n`);
  process.exit(2);
}
process.exitCode = await runTool('vitest', ['run', test], { HEDDLE_FUZZ_MINUTES: minutes });
