/** What was given, and of the rest what is so by default. */
export function filled<T extends object>(
  defaults: T,
  given: { readonly [Name in keyof T]?: T[Name] | undefined },
): T {
  const named = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(named) };
}
