/** `heddle COMMAND`: the same engine, store and task code as the window, in a terminal. */
import { CommanderError } from 'commander';
import { HeddleError, toErrorData } from '../common/model/errors';
import type { Threads } from '../engine';
import { EXIT, NotStarted } from './exit-status';
import { visible } from '../common/model/visible';
import { commandOf, makeProgram } from './program';
import { usageFault } from './usage-fault';

/** Errors that mean the request was wrong, not the work. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  'bad-request',
  'usage',
  'manifest-algorithm',
  'copy-into-itself',
  'same-name',
  'source-missing',
  'not-a-folder',
  'link-loop',
  'name-too-long',
  'no-such-job',
]);
const START_CODES: ReadonlySet<string> = new Set([
  'data-directory',
  'database-newer',
  'job-elsewhere',
  'serve-folder',
  'serve-port',
  'web-port',
  'web-root',
  'web-tls',
  'rpc-port',
  'rpc-elsewhere',
]);

/** Runs the command that the process was given, and sets its exit status. @param out the folder of the build */
export async function main(threads: Threads, out: string): Promise<void> {
  // Not process.exit: what is still being written to a pipe has to arrive.
  process.exitCode = await run(threads, out);
}

async function run(threads: Threads, out: string): Promise<number> {
  // A reader that goes away (`heddle hash . | head`) ends the run quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      process.stderr.write(`heddle: standard output takes nothing more (${error.code ?? error.message})\n`);
    }
    process.exit(EXIT.failed);
  });
  // Messages that nobody reads must not end the work.
  process.stderr.on('error', () => undefined);
  let status: number = EXIT.done;
  const words = process.argv.slice(2);
  const program = await makeProgram(
    threads,
    words,
    (code) => {
      status = code;
    },
    out,
  );
  try {
    await program.parseAsync(process.argv);
    return status;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.done;
      const { help } = commandOf(program, words);
      process.stderr.write(`heddle: ${visible(usageFault(error))}. See: ${help}\n`);
      return EXIT.usage;
    }
    const cause = error instanceof NotStarted ? error.cause : error;
    const data = toErrorData(cause);
    process.stderr.write(`heddle: ${visible(data.message)}\n`);
    if (cause instanceof HeddleError && USAGE_CODES.has(data.code)) return EXIT.usage;
    return error instanceof NotStarted || START_CODES.has(data.code) ? EXIT.noStart : EXIT.failed;
  }
}
