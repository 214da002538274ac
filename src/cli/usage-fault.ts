import type { CommanderError } from 'commander';

/**
 * What was wrong with a command line, in commander's words less every value: it is shown, and often logged, and where
 * something is wrong a password may have slipped into any flag's place.
 */
export function usageFault({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'name a command';
  return withoutValues(code, message)
    .replace(/^error: |\.$/gu, '')
    .replaceAll('\n', ' ');
}

function withoutValues(code: string, message: string): string {
  switch (code) {
    case 'commander.invalidArgument': {
      const [, option, hint = ''] =
        /^error: option '(.*?)' argument '.*' is invalid\.(.*)$/su.exec(message) ?? [];
      return option === undefined
        ? 'error: an argument is invalid.'
        : `error: the value of option '${option}' is invalid.${hint}`;
    }
    case 'commander.unknownOption': {
      // Only its name: `--passwd=…`, `'--passwd …'`, `-p…`.
      const [, name = ''] = /^error: unknown option '(--[\w-]*|-[^'-])/u.exec(message) ?? [];
      const [suggestion = ''] = /\n\(Did you mean [\w -]+\?\)$/u.exec(message) ?? [];
      return `error: unknown option '${name}'${suggestion}`;
    }
    case 'commander.unknownCommand':
      return /^error: unknown command '[a-z-]+'/u.test(message) ? message : 'error: unknown command';
    case 'commander.excessArguments':
      return message.replace(/(but got \d+): .*$/su, '$1.');
    default:
      return message;
  }
}
