/** @returns the value of `--name=value` or `--name value`, the last one given */
export function flagValue(argv: readonly string[], name: string): string | null {
  let value: string | null = null;
  argv.forEach((argument, index) => {
    if (argument.startsWith(`--${name}=`)) value = argument.slice(name.length + 3);
    else if (argument === `--${name}`) value = argv[index + 1] ?? value;
  });
  return value;
}
