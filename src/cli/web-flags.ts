/** The flags of `heddle web`. */
import { Option, type Command } from 'commander';
import { USUAL_PORT } from '../web/usual-port';
import { whole } from './download-flags';

export interface WebFlags {
  readonly port: number;
  readonly host: string;
  readonly root: readonly string[];
  readonly passwordFile?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly publicUrl?: string;
  readonly dataDir: string;
}

export function addWebFlags(command: Command): Command {
  return command
    .option('--port <n>', 'port; 0: any free one', whole(0, 65_535), USUAL_PORT)
    .option(
      '--host <address>',
      'listen there instead; others can reach it then, with a password',
      '127.0.0.1',
    )
    .addOption(
      new Option(
        '--root <dir>',
        'folder that browsers may use; can be given more than once (default: your home folder)',
      )
        .argParser((path: string, before: readonly string[]) => [...before, path])
        .default([]),
    )
    .option('--password-file <file>', 'ask for the password in this file; or set HEDDLE_WEB_PASSWORD')
    .option('--tls-cert <file>', 'serve over TLS with this certificate (PEM, with its chain)')
    .option('--tls-key <file>', 'its private key (PEM)')
    .option('--public-url <url>', 'how browsers reach it behind a reverse proxy');
}
