/**
 * A plugin of the build: modules of Node that take time to load are loaded when they are first used, not when the
 * script begins. Each thread would load them anew.
 */
import type { Plugin } from 'vite';

/** What hardly any start needs, or only one of the threads. */
const LAZY: ReadonlySet<string> = new Set(
  'child_process crypto fs/promises http http2 https module net readline stream stream/promises tls v8 vm zlib'.split(
    ' ',
  ),
);
const REQUIRE = /^let (node_\w+(?:\$\d+)?) = require\("node:([\w/]+)"\);$/gmu;

/** @param code of a CommonJS chunk as Rolldown writes it; its lines stay where they are */
export function withLazyBuiltins(code: string): string {
  let result = code;
  for (const [line, name = '', builtin = ''] of code.matchAll(REQUIRE)) {
    if (!LAZY.has(builtin)) continue;
    const uses = String.raw`(?<![\w$.])${name.replaceAll('$', String.raw`\$`)}(?![\w$])`;
    const load = `${name}$load`;
    const changed = result
      .replace(line, '')
      .replaceAll(new RegExp(String.raw`${uses}(?=\.)`, 'gu'), () => `${load}()`);
    // Used as a whole, it is loaded as it always was.
    if (new RegExp(uses, 'u').test(changed)) continue;
    const loader = `let ${name}; const ${load} = () => (${name} ??= require("node:${builtin}"));`;
    result = result
      .replaceAll(new RegExp(String.raw`${uses}(?=\.)`, 'gu'), () => `${load}()`)
      .replace(line, () => loader);
  }
  return result;
}

export function lazyBuiltins(): Plugin {
  return {
    name: 'lazy-builtins',
    renderChunk: (code, _chunk, { format }) =>
      format === 'cjs' ? { code: withLazyBuiltins(code), map: null } : null,
  };
}
