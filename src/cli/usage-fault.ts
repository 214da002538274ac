import type { CommanderError } from 'commander';

/** Their values may be passwords or keys. */
const SECRET = /--(?:header|user-agent|referer|user|oauth2-bearer|proxy)\b/u;

/** What was wrong with a command line, in commander's words less what may be a secret: it is shown, and often logged. */
export function usageFault({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'name a command';
  return withoutValues(code, message)
    .replace(/^error: |\.$/gu, '')
    .replaceAll('\n', ' ');
}

function withoutValues(code: string, message: string): string {
  switch (code) {
    case 'commander.invalidArgument': {
      const [, option = '', hint = ''] =
        /^error: option '(.*?)' argument '.*' is invalid\.(.*)$/su.exec(message) ?? [];
      return SECRET.test(option) ? `error: the value of option '${option}' is invalid.${hint}` : message;
    }
    case 'commander.unknownOption':
      // `--passwd=…`, `-pword`.
      return message
        .replace(/^(error: unknown option '--[^'=]*)=.*$/su, "$1'")
        .replace(/^(error: unknown option '-[^'-])[^'].*$/su, "$1'");
    case 'commander.unknownCommand':
      return /^error: unknown command '[\w-]+'/u.test(message) ? message : 'error: unknown command';
    case 'commander.excessArguments':
      return message.replace(/(but got \d+): .*$/su, '$1.');
    default:
      return message;
  }
}
