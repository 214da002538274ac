import { once } from 'node:events';
import { visible } from '../common/model/visible';

/** To standard output, no faster than it is read. */
export async function print(text: string | Uint8Array): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** Whole lines: a program gets them byte for byte, a terminal with what would act upon it made visible. */
export async function printLines(lines: string | Uint8Array): Promise<void> {
  if (!process.stdout.isTTY) return print(lines);
  await print(
    Buffer.from(lines as string)
      .toString('utf8')
      .split(/\r?\n/u)
      .map(visible)
      .join('\n'),
  );
}
