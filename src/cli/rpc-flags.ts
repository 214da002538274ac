/** The flags of `heddle rpc`. */
import type { Command } from 'commander';
import { RPC_PORT } from '../common/model/settings';
import { whole } from './download-flags';

export interface RpcFlags {
  readonly port: number;
  readonly host: string;
  readonly dir: string;
  readonly secret?: string;
  readonly secretFile?: string;
  readonly allowOrigin: readonly string[];
  readonly quiet?: true;
  readonly dataDir: string;
}

export function addRpcFlags(command: Command): Command {
  return command
    .option('--port <n>', 'port; 0: any free one', whole(0, 65_535), RPC_PORT)
    .option('--host <address>', 'listen there instead; others with the secret can ask then', '127.0.0.1')
    .option('-d, --dir <dir>', 'where files go unless a program says otherwise', '.')
    .option(
      '--secret-file <file>',
      'a file whose first line is the secret; - reads standard input (otherwise HEDDLE_RPC_SECRET, or one that is made and kept)',
    )
    .option(
      '--secret <secret>',
      'the secret itself; other users of this machine can see it in the list of processes',
    )
    .option(
      '--allow-origin <origin>',
      'pages of this origin may ask too: https://example.org, or null for pages that are files; may be given more than once',
      (text: string, before: readonly string[]) => [...before, text],
      [],
    )
    .option('--quiet', 'no messages on standard error, and no paths of downloaded files');
}
