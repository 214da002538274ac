// Breaks what readers read, for as long as is wished: npm run fuzz -- lists 10 (minutes). What is read in a new way, or
// fails, is kept in the corpus that the tests run too. The message of a failure has its seed: HEDDLE_FUZZ_SEED=…
// gives it again.
// npm run fuzz -- --coverage "Set-Cookie" 10: one of the readers (src/engine/testing/readers.ts), led by which code an
// input reaches. npm fetches Jazzer.js for that, whose binary for Linux asks for glibc 2.38.
import { runTool } from './lib/run.mjs';
import { fuzzByCoverage } from './lib/fuzz-coverage.mjs';
import { readCorpora } from '../src/engine/testing/readers-corpus.ts';

const TESTS = {
  lists: 'src/engine/formats/list-fuzz.test.ts',
  answers: 'src/workers/http/parser-fuzz.test.ts',
  readers: 'src/engine/readers-fuzz.test.ts',
};

const words = process.argv.slice(2);
const isLed = words[0] === '--coverage';
const [what = '', minutes = '10'] = isLed ? words.slice(1) : words;
const names = isLed ? Object.keys(readCorpora()) : Object.keys(TESTS);
if (!names.includes(what) || !(Number(minutes) > 0)) {
  process.stderr.write('npm run fuzz -- lists|answers|readers [minutes]\n');
  process.stderr.write(`npm run fuzz -- --coverage READER [minutes], where READER is one of:\n`);
  for (const name of Object.keys(readCorpora())) process.stderr.write(`  "${name}"\n`);
  process.exit(2);
}
process.exitCode = isLed
  ? await fuzzByCoverage(what, Number(minutes))
  : await runTool('vitest', ['run', TESTS[what]], { HEDDLE_FUZZ_MINUTES: minutes });
