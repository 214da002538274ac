/** Commands that do what requests ask for: the parser makes the same requests of them. */
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  commandLineOf,
  type CheckedRequest,
  type CommandFacts,
} from '../common/command-line/command-line-of';
import { shellText, withInput } from '../common/command-line/shell-text';
import { COPY_LAYOUTS, COPY_POLICIES } from '../common/model/copy-options';
import { ALGORITHMS, CHECK_ALGORITHMS, MANIFEST_FORMATS } from '../common/model/digests';
import { EXISTING_POLICIES, LIST_FORMATS } from '../common/model/download';
import { DEFAULT_DOWNLOAD_OPTIONS } from '../common/model/download-options';
import { requestSchema, type JobRequest } from '../common/model/job-request';
import { MODES } from '../common/model/jobs';
import { isFieldValue } from '../common/model/http-fields';
import { joinPath } from '../common/model/paths';
import { LINK_RULES } from '../common/model/walk-rules';
import { addCopyCommand } from './copy-flags';
import { addDownloadFlags, downloadRequest, type DownloadFlags } from './download-flags';
import { refuseIdleFlags } from './effects';
import { addDuplicatesCommand, addHashCommand, addVerifyCommand, type TaskCommands } from './hash-commands';
import { chosenMode, taskFlags, type TaskFlags } from './program';

/** What the terminal makes of a command. */
async function parsed(words: readonly string[], text: string | null): Promise<CheckedRequest> {
  const made: JobRequest[] = [];
  const how = (flags: TaskFlags) => ({ mode: chosenMode(flags) ?? 'pool', workers: flags.workers ?? null });
  const program = new Command('heddle').exitOverride();
  const commands: TaskCommands = {
    taskFlags,
    run: async (flags, request) => {
      made.push(request(how(flags as TaskFlags)));
      await Promise.resolve();
    },
  };
  addHashCommand(program, commands);
  addVerifyCommand(program, commands);
  addDuplicatesCommand(program, commands);
  addCopyCommand(program, commands);
  addDownloadFlags(taskFlags(program.command('download')))
    .argument('[urls...]')
    .action((urls: string[], flags: DownloadFlags & TaskFlags) => {
      made.push({ ...downloadRequest(urls, flags, text), ...how(flags) });
    });
  for (const command of program.commands)
    command.hook('preAction', () => {
      refuseIdleFlags(command);
    });
  await program.parseAsync(words.slice(1), { from: 'user' });
  const [request] = made;
  if (request === undefined) throw new Error('nothing was asked for');
  return checked(request);
}

function checked(request: JobRequest): CheckedRequest {
  return requestSchema(request).parse(request);
}

const ODD = Array.from(`aé"'\`$!*?()[]{}<>|&;#~ %^,\\-=:@\n\t\u202e`);
// Of any argument that a shell may have to quote. Nothing of it exists.
const name = fc
  .string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...ODD) })
  .filter((text) => text.trim() === text);
const path = name.map((text) => resolve('/there-is-none', text.replaceAll('\0', '')));
const how = fc
  .record({ mode: fc.constantFrom(...MODES), workers: fc.option(fc.integer({ min: 1, max: 64 })) })
  .map(({ mode, workers }) => ({ mode, workers: mode === 'sequential' ? null : workers }));
const bytes = fc.option(fc.integer({ min: 0, max: 2 ** 40 }));
const rules = fc
  .record({
    include: fc.array(name, { maxLength: 2 }),
    exclude: fc.array(name, { maxLength: 2 }),
    gitignore: fc.boolean(),
    hidden: fc.boolean(),
    links: fc.constantFrom(...LINK_RULES),
    oneFileSystem: fc.boolean(),
    minSize: bytes,
    maxSize: bytes,
  })
  .filter(({ minSize, maxSize }) => (minSize ?? 0) <= (maxSize ?? Infinity));
const manifest = fc.option(fc.record({ path, format: fc.constantFrom(...MANIFEST_FORMATS) }));
const algorithms = fc.uniqueArray(fc.constantFrom(...ALGORITHMS), { minLength: 1, maxLength: 3 });

const FACTS: CommandFacts = { isFolder: () => true, hasCloudFiles: false };

async function expectSame(request: JobRequest, facts = FACTS, wanted = request): Promise<void> {
  const { words, input, leftOut } = commandLineOf(checked(request), facts);
  expect(leftOut).toEqual([]);
  expect(await parsed(words, input)).toEqual(checked(wanted));
}

test('hash', () =>
  fc.assert(
    fc.asyncProperty(
      how,
      fc.array(path, { minLength: 1, maxLength: 3 }),
      algorithms,
      rules,
      fc.boolean(),
      fc.option(fc.record({ path, format: fc.constantFrom('json' as const, 'hashdeep' as const) })),
      async (mode, paths, chosen, walk, cache, target) => {
        // Any format would be refused for some algorithms.
        const fits = target === null || target.format === 'json' ? target : null;
        await expectSame({
          kind: 'hash',
          ...mode,
          paths,
          algorithms: chosen,
          rules: walk,
          cache,
          manifest: fits,
        });
      },
    ),
  ));

test('duplicates', () =>
  fc.assert(
    fc.asyncProperty(
      how,
      fc.array(path, { minLength: 1, maxLength: 3 }),
      rules,
      fc.boolean(),
      (mode, paths, walk, cache) =>
        expectSame({
          kind: 'hash',
          ...mode,
          paths,
          algorithms: ['blake3'],
          rules: walk,
          cache,
          manifest: null,
          duplicates: true,
        }),
    ),
  ));

test('verify', () =>
  fc.assert(
    fc.asyncProperty(
      how,
      path,
      fc.option(path),
      fc.record({ strict: fc.boolean(), ignoreMissing: fc.boolean(), outside: fc.boolean() }),
      fc.option(fc.constantFrom(...ALGORITHMS)),
      rules,
      async (mode, list, root, flags, algorithm, walk) => {
        const request: JobRequest = { kind: 'verify', ...mode, manifest: list, root, ...flags, algorithm };
        // Without strict verification no folder is walked.
        await expectSame(flags.strict ? { ...request, rules: walk } : request, {
          ...FACTS,
          isFolder: () => false,
        });
      },
    ),
  ));

test('two folders are compared', () =>
  fc.assert(
    fc.asyncProperty(how, rules, async (mode, walk) => {
      const [left, right] = [process.cwd(), join(process.cwd(), 'src')];
      await expectSame({ kind: 'verify', ...mode, manifest: left, root: right, rules: walk });
    }),
  ));

test('copy', () =>
  fc.assert(
    fc.asyncProperty(
      how,
      fc.array(path, { minLength: 1, maxLength: 3 }),
      path,
      fc.constantFrom(...COPY_LAYOUTS),
      fc.record({
        existing: fc.constantFrom(...COPY_POLICIES),
        verify: fc.boolean(),
        checksum: fc.boolean(),
        sync: fc.boolean(),
        dryRun: fc.boolean(),
        mirror: fc.boolean(),
        inPlace: fc.boolean(),
      }),
      rules,
      manifest,
      fc.uniqueArray(fc.constantFrom(...ALGORITHMS), { maxLength: 3 }),
      async (mode, sources, destination, layout, options, walk, target, chosen) => {
        const request: JobRequest = {
          kind: 'copy',
          ...mode,
          sources,
          destination,
          layout,
          options,
          rules: walk,
          manifest: target,
          algorithms: chosen,
        };
        // In the terminal a slash behind a folder says that its contents are meant.
        const contents = { sources: sources.map((source) => joinPath(source, '')), layout: 'named' as const };
        await expectSame(request, FACTS, layout === 'contents' ? { ...request, ...contents } : request);
      },
    ),
  ));

const header = fc.constantFrom('Accept', 'Accept-Language', 'Referer');
const value = fc
  .string({ minLength: 1, maxLength: 8 })
  .filter((text) => isFieldValue(text) && text.trim() === text);
const ms = fc.integer({ min: 1, max: 86_400_000 });
const options = fc
  .record({
    existing: fc.constantFrom(...EXISTING_POLICIES),
    retries: fc.integer({ min: 0, max: 1000 }),
    retryBaseMs: fc.integer({ min: 1, max: 3_600_000 }),
    retryOn: fc.array(fc.constantFrom('403', '5xx', '404'), { maxLength: 2 }),
    retryAll: fc.boolean(),
    connectMs: ms,
    headersMs: ms,
    stallMs: ms,
    maxBytes: bytes,
    keepFreeBytes: fc.integer({ min: 0, max: 2 ** 40 }),
    connections: fc.option(fc.integer({ min: 1, max: 256 })),
    segments: fc.integer({ min: 1, max: 16 }),
    connectionsPerHost: fc.option(fc.integer({ min: 1, max: 256 })),
    limitRate: fc.option(fc.integer({ min: 1, max: 2 ** 40 })),
    digests: fc.uniqueArray(fc.constantFrom(...CHECK_ALGORITHMS), { maxLength: 2 }),
    userAgent: fc.option(value),
    headers: fc.array(fc.tuple(header, value), { maxLength: 2 }),
    netrc: fc.option(path),
    cookies: fc.option(path),
    proxy: fc.option(fc.constantFrom('http://proxy:3128', 'socks5h://10.0.0.1:1080')),
    caFile: fc.option(path),
    certFile: fc.option(path),
    keyFile: fc.option(path),
    insecure: fc.boolean(),
  })
  .map((given) => ({
    ...given,
    // Each is about another one.
    ...(given.retries > 0
      ? {}
      : { retryBaseMs: DEFAULT_DOWNLOAD_OPTIONS.retryBaseMs, retryOn: [], retryAll: false }),
    keyFile: given.certFile === null ? null : given.keyFile,
  }));
const url = fc.webUrl({ withFragments: true, withQueryParameters: true, validSchemes: ['http', 'https'] });
const filter = fc.record({
  hosts: fc.array(fc.domain(), { maxLength: 2 }),
  extensions: fc.array(fc.constantFrom('zip', 'tar.gz', ''), { maxLength: 2 }),
});

test('download', () =>
  fc.assert(
    fc.asyncProperty(
      how,
      fc.array(url, { maxLength: 3 }),
      fc.array(path, { maxLength: 2 }),
      fc.array(
        url.filter((text) => !/['|^`{}]/u.test(text)),
        { maxLength: 30 },
      ),
      fc.option(fc.constantFrom(...LIST_FORMATS)),
      filter,
      filter,
      fc.boolean(),
      options,
      path,
      async (mode, urls, listFiles, lines, format, only, leaveOut, isExact, given, directory) => {
        const exact = isExact ? { exact: true } : {};
        const hasFilter = [only, leaveOut].some(
          ({ hosts, extensions }) => hosts.length + extensions.length > 0,
        );
        const filters = {
          only: { ...only, ...(hasFilter ? exact : {}) },
          leaveOut: { ...leaveOut, ...(hasFilter ? exact : {}) },
        };
        const hasLists = listFiles.length + lines.length > 0;
        const text = lines.length === 0 ? null : lines.join('\n');
        const request: JobRequest = {
          kind: 'download',
          ...mode,
          urls: hasLists || urls.length > 0 ? urls : ['https://a.example/'],
          text,
          listFiles,
          format: hasLists ? format : null,
          directory,
          ...filters,
          options: given,
        };
        // A few plain lines are arguments.
        const isShort = text !== null && lines.length <= 20 && format === null;
        const short = isShort ? { urls: [...urls, ...lines], text: null } : {};
        await expectSame(request, FACTS, { ...request, ...short });
      },
    ),
  ));

test('download of a single URL with a name and a checksum', () =>
  fc.assert(
    fc.asyncProperty(name, async (out) => {
      await expectSame({
        kind: 'download',
        mode: 'pool',
        workers: null,
        urls: ['https://a.example/b'],
        text: null,
        listFiles: [],
        out,
        checksum: 'md5=d41d8cd98f00b204e9800998ecf8427e',
        directory: '/d',
      });
    }),
  ));

describe('what is secret', () => {
  const request: JobRequest = {
    kind: 'download',
    mode: 'pool',
    workers: null,
    urls: ['https://me:s3cret@a.example/x'],
    text: '{"url": "https://a.example/", "headers": {"Cookie": "s3cret"}}',
    listFiles: [],
    directory: '/d',
    options: {
      headers: [
        ['X-Key', 's3cret'],
        ['Accept', 'text/plain'],
      ],
      user: { name: 's3cret', password: 's3cret' },
      bearer: 's3cret',
      proxy: 'http://me:s3cret@proxy',
      certFile: '/c',
      keyPassword: 's3cret',
    },
  };

  test('is left out, and said to be', () => {
    const command = commandLineOf(checked(request), FACTS);
    expect(JSON.stringify([command.words, command.input])).not.toContain('s3cret');
    expect(command.leftOut).toEqual([
      'the list: save it as a file and add -i FILE',
      'logins in URLs',
      'the login (-u)',
      'the token (--oauth2-bearer)',
      'the password of the client certificate (--pass)',
      'the header X-Key (-H)',
      'the proxy, which has a login (--proxy)',
    ]);
    expect(command.words).toContain('Accept: text/plain');
  });
});

describe('quoted for a shell', () => {
  const print = 'process.stdout.write(JSON.stringify(process.argv.slice(1)))';
  const words = fc.array(
    fc
      .string({
        maxLength: 20,
        unit: fc.oneof(fc.constantFrom(...ODD), fc.string({ minLength: 1, maxLength: 1 })),
      })
      .filter((text) => !text.includes('\0')),
    { minLength: 1, maxLength: 200 },
  );

  test.runIf(process.platform !== 'win32')('words come through bash as they are', () => {
    fc.assert(
      fc.property(words, (given) => {
        const command = shellText([process.execPath, '-e', print, '--', ...given], 'sh');
        expect(JSON.parse(execFileSync('bash', ['-c', command], { encoding: 'utf8' }))).toEqual(given);
      }),
      { numRuns: 10 },
    );
  });

  test.runIf(process.platform !== 'win32')('bytes that are not UTF-8 do, too, and lists of any text', () => {
    const hex = (command: string): string => execFileSync('bash', ['-c', command], { encoding: 'hex' });
    expect(hex(shellText(['printf', '%s', 'a\udcff\udc80é'], 'sh'))).toBe('61ff80c3a9');
    expect(hex(withInput('cat', "$HOME 'x'\nEND\n`id`", 'sh') ?? '')).toBe(
      Buffer.from("$HOME 'x'\nEND\n`id`\n").toString('hex'),
    );
  });

  test('for PowerShell and the Windows command prompt', () => {
    const given = ['heddle', 'copy', "C:/it's", 'a "b" c\\', '', '$x'];
    expect(shellText(given, 'powershell')).toBe(`heddle copy 'C:/it''s' 'a "b" c\\' '' '$x'`);
    expect(shellText(['=ls', 'a=b'], 'sh')).toBe("'=ls' a=b");
    expect(shellText(given, 'cmd')).toBe(`heddle copy "C:/it's" "a \\"b\\" c\\\\" "" "$x"`);
    expect(withInput('heddle download -i -', 'https://a.example/', 'powershell')).toBe(
      "@'\nhttps://a.example/\n'@ | heddle download -i -",
    );
    // Any of these quotes ends it there.
    for (const quote of ["'", '‘', '’', '‚', '‛'])
      expect(withInput('heddle', `x\n${quote}@; calc`, 'powershell')).toBeNull();
    // A terminal takes a CR that is pasted for a line's end, and other control characters for keys.
    expect(withInput('cat', 'x\rEND\rid', 'sh')).toBe("cat <<'END_'\nx\rEND\rid\nEND_");
    expect(withInput('cat', 'x\u0003id', 'sh')).toBeNull();
    expect(withInput('cat', 'x\u001b[201~id', 'powershell')).toBeNull();
    expect(withInput('heddle', 'x', 'cmd')).toBeNull();
  });
});
