/** What comes in from outside the window: arguments, files and links that the system opens with Heddle. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { z } from 'zod';
import { isHeddleLink, readHeddleLink } from '../common/opening/heddle-link';
import type { Opened } from '../common/opening/opened';
import type { JobSummary } from '../common/model/jobs';
import { visible } from '../common/model/visible';
import { lookAt } from '../requests/look-at';
import { tellWindow } from './window';

const MOST_ARGUMENTS = 1000;

const startSchema = z.object({
  args: z.array(z.string()).max(MOST_ARGUMENTS),
  /** What relative paths are relative to. */
  directory: z.string(),
});
export type StartArguments = z.infer<typeof startSchema>;

/** What a second start handed over; `null`: it cannot be understood. */
export function startArguments(data: unknown): StartArguments | null {
  const parsed = startSchema.safeParse(data);
  return parsed.success ? parsed.data : null;
}

/** The arguments that name something to open: no flags, no values of flags, not the app itself in development. */
export function ownArguments(argv: readonly string[]): string[] {
  const args: string[] = [];
  const rest = argv.slice(1);
  for (let at = 0; at < rest.length; at++) {
    const argument = rest[at] ?? '';
    if (argument === '--') {
      args.push(...rest.slice(at + 1));
      break;
    }
    if (argument === '--data-dir') at += 1;
    else if (!argument.startsWith('-')) args.push(argument);
  }
  const [first] = args;
  if (!app.isPackaged && first !== undefined && resolve(first) === app.getAppPath()) args.shift();
  return args.slice(0, MOST_ARGUMENTS);
}

/** Holds what came in until the window takes it: it may not be there yet. */
export class Opening {
  /** Brings the window to the front, or back. */
  onAdded: () => void = () => undefined;
  #held: Opened[] = [];

  add(start: StartArguments): void {
    if (start.args.length === 0) return;
    void openedOf(start).then((opened) => {
      this.#held.push(...opened);
      this.onAdded();
      tellWindow('opening', null);
    });
  }

  /** Shows a job, whether or not the window is there. */
  show(job: JobSummary): void {
    this.#held.push({ type: 'job', job });
    this.onAdded();
    tellWindow('opening', null);
  }

  take(): readonly Opened[] {
    const held = this.#held;
    this.#held = [];
    return held;
  }
}

async function openedOf({ args, directory }: StartArguments): Promise<readonly Opened[]> {
  const opened: Opened[] = [];
  const urls: string[] = [];
  const paths: string[] = [];
  for (const argument of args) {
    if (isHeddleLink(argument)) opened.push(readHeddleLink(argument));
    else if (/^https?:/iu.test(argument)) urls.push(argument);
    else paths.push(pathOf(argument, directory));
  }
  if (urls.length > 0)
    opened.push({ type: 'download', from: 'arguments', download: { urls, name: null, checksum: null } });
  const found = await lookAt(paths);
  if (found.length > 0) opened.push({ type: 'paths', paths: found });
  for (const path of paths) {
    if (found.some((each) => each.path === path)) continue;
    opened.push({
      type: 'refused',
      message: `${visible(path)} cannot be opened: no such file or folder.`,
    });
  }
  return opened;
}

/** Desktops hand files over as paths or as `file:` URLs. */
function pathOf(argument: string, directory: string): string {
  if (!/^file:/iu.test(argument)) return resolve(directory, argument);
  try {
    return fileURLToPath(argument);
  } catch {
    return argument;
  }
}
