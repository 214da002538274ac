/** The oldest Node that the database's binary runs on: it needs Node-API 10, and crashes below it. */
const LEAST = [22, 12] as const;

/** Why this Node cannot run Heddle, and what can, as a sentence; `null` where it can. @param version `20.20.2` */
export function nodeFault(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]);
  if (isNewEnough) return null;
  return `needs Node ${LEAST.join('.')} or newer, this is ${version}; npx heddle runs it on the Node that comes with it`;
}
