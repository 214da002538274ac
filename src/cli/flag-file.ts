/**
 * Files of flags, as curl's `-K` reads them (curl(1), "--config"): one a line, with or without dashes, `=`, `:` or a
 * space before the value, which is in double quotes where it begins or ends with a space. What is in a file is not in
 * the list of processes.
 */
import { readFileSync } from 'node:fs';
import { Command, type Option } from 'commander';
import { HeddleError } from '../common/model/errors';
import { assertEnds, unreadableFile } from '../engine';

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', v: '\v' };

/** @param path `-`: standard input. @throws HeddleError `usage`, which does not quote it */
export function readTextFile(path: string, what: string): string {
  try {
    if (path !== '-') assertEnds(path);
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    throw unreadableFile(what, cause);
  }
}

/**
 * Lets a command take its flags, and what `url` names, from files as well. The command line wins over a file, and a
 * later file over an earlier one; of flags that may be given more than once all count, those of files first.
 */
export function addFlagFiles(command: Command): Command {
  return command
    .option(
      '-K, --config <file>',
      'flags, one per line (user = "name:password"), and url for URLs; - reads standard input; may be given more than once',
      (path: string, before: readonly string[]) => [...before, path],
      [],
    )
    .hook('preAction', (_, action) => {
      const { config } = action.opts<{ readonly config: readonly string[] }>();
      for (const path of config.toReversed()) takeFlags(action, path);
    });
}

function takeFlags(action: Command, path: string): void {
  const options = action.options.filter(({ long }) => long !== '--config');
  const scratch = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  for (const option of options) scratch.addOption(option);
  const urls: string[] = [];
  readTextFile(path, 'The file of flags (-K)')
    .split(/\r?\n/u)
    .forEach((line, index) => {
      const where = `Line ${index + 1} of ${path}`;
      const read = readFlagLine(line, where);
      if (read === null) return;
      if (read.name === '--url') {
        if (read.value !== '') urls.push(read.value);
        return;
      }
      const option = options.find(({ long, short }) => long === read.name || short === read.name);
      take(scratch, option, read.value, where);
    });
  for (const option of options) {
    const name = option.attributeName();
    if (scratch.getOptionValueSource(name) !== 'cli') continue;
    const value: unknown = scratch.getOptionValue(name);
    const given: unknown = action.getOptionValue(name);
    if (Array.isArray(value) && Array.isArray(given))
      action.setOptionValue(name, [...(value as unknown[]), ...(given as unknown[])]);
    else if (action.getOptionValueSource(name) === 'default' || given === undefined)
      action.setOptionValueWithSource(name, value, 'config');
  }
  const [given, ...rest] = action.processedArgs as unknown[];
  if (urls.length > 0)
    action.processedArgs = [[...urls, ...(Array.isArray(given) ? (given as string[]) : [])], ...rest];
}

/** @throws HeddleError `usage`, which quotes nothing but names of flags: the file is there to hide what it holds */
function take(scratch: Command, option: Option | undefined, value: string, where: string): void {
  if (option?.long == null) throw new HeddleError('usage', `${where} has a flag that is not known here.`);
  if (!option.required && value !== '')
    throw new HeddleError('usage', `${where}: ${option.long} takes no value.`);
  if (option.required && value === '')
    throw new HeddleError('usage', `${where}: ${option.long} needs a value.`);
  try {
    scratch.parseOptions(option.required ? [`${option.long}=${value}`] : [option.long]);
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    const [, hint = ''] = /' is invalid\.(.*)$/su.exec(error instanceof Error ? error.message : '') ?? [];
    throw new HeddleError('usage', `${where}: the value of ${option.long} is invalid.${hint}`);
  }
}

/** @returns `null` for a line without a flag. @throws HeddleError `usage` */
export function readFlagLine(
  line: string,
  where: string,
): { readonly name: string; readonly value: string } | null {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return null;
  const [, name, value = ''] = /^(-[A-Za-z]|(?:--)?[a-z][a-z0-9-]*)(?:\s*[=:]|\s|$)(.*)$/su.exec(text) ?? [];
  if (name === undefined) throw new HeddleError('usage', `${where} is no flag: write name = "value".`);
  const rest = value.trimStart();
  const dashed = name.startsWith('-') ? name : `--${name}`;
  if (!rest.startsWith('"')) return { name: dashed, value: rest };
  const [, quoted] = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/su.exec(rest) ?? [];
  if (quoted === undefined)
    throw new HeddleError('usage', `${where} has a quote that does not end, or text behind one.`);
  return { name: dashed, value: quoted.replace(/\\(.)/gsu, (_, each: string) => ESCAPES[each] ?? each) };
}
