import { Command, CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { addDownloadFlags } from './download-flags';
import { usageFault } from './usage-fault';

function faultOf(args: readonly string[]): string {
  const program = new Command('heddle').exitOverride().configureOutput({ writeErr: () => undefined });
  const download = addDownloadFlags(program.command('download').argument('[urls...]')).action(
    () => undefined,
  );
  const jobs = program.command('jobs').action(() => undefined);
  for (const command of [download, jobs])
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return usageFault(error);
    throw error;
  }
  throw new Error('it was taken');
}

test.each([
  [
    ['download', '-H', 's3cret'],
    'the value of option \'-H, --header <line>\' is invalid. A header is "Name: value"',
  ],
  [
    ['download', '-H', "x: s3cret' is invalid. s3\ncret"],
    "'-H, --header <line>' is invalid. It has characters",
  ],
  [['download', '--oauth2-bearer', 's3cret\n'], "'--oauth2-bearer <token>' is invalid. It has characters"],
  [['download', '-A', 's3cret\n'], "'-A, --user-agent <text>' is invalid. It has characters"],
  [['download', '--proxy', 'ftp://u:s3cret@h'], "'--proxy <url>' is invalid. A proxy is http://host:port"],
  [['download', '--usr=me:s3cret'], "unknown option '--usr'"],
  [['download', '--usr=me:s3\ncret'], "unknown option '--usr'"],
  [['download', '-Us3cret'], "unknown option '-U'"],
  // A flag and its value in one pair of quotes.
  [['download', '--user me:s3cret'], "unknown option '--user'"],
  [['download', '--header: X: s3cret'], "unknown option '--header'"],
  [['download', '--header X\n(Did you mean s3cret?)'], "unknown option '--header'"],
  // Wherever a value goes astray.
  [
    ['download', '--retry', 'me:s3cret'],
    "the value of option '--retry <n>' is invalid. It takes a whole number",
  ],
  [
    ['download', '--format', 's3cret'],
    "the value of option '--format <format>' is invalid. Allowed choices are urls",
  ],
  [
    ['download', '--checksum', 'http://u:s3cret@h/'],
    "the value of option '--checksum <algorithm=hex>' is invalid",
  ],
  [['S3cret9'], 'unknown command'],
  [['http://me:s3cret@h/x'], 'unknown command'],
  [['jobs', 'http://me:s3cret@h/x', 'b'], 'Expected 0 arguments but got 2'],
])('%j', (args, said) => {
  const text = faultOf(args);
  expect(text).toContain(said);
  expect(text).not.toMatch(/s3|cret/u);
});

test('what can be no secret is said', () => {
  expect(faultOf(['donwload'])).toContain("unknown command 'donwload' (Did you mean download?)");
  expect(faultOf(['download', '--retri'])).toContain("unknown option '--retri' (Did you mean --retry?)");
});
