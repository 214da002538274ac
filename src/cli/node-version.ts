/** What the database's binary needs: with an older Node-API it crashes. Node has it since 22.14 and 23.6. */
const LEAST_NODE_API = 10;

/** Why this Node cannot run Heddle, and what can, as a sentence; `null` where it can. @param versions as `process.versions` */
export function nodeFault({ node, napi }: { readonly node: string; readonly napi?: string }): string | null {
  if (Number(napi) >= LEAST_NODE_API) return null;
  return `needs Node 22.14 or newer, this is ${node}; npx heddle runs it on the Node that comes with it`;
}
