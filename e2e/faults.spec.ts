/** Every fault of the fault server, in every mode: no wrong file is ever called done. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { MODES } from './fault-outcomes';
import { startFaultServer } from './fault-server';
import { taskLines, test } from './terminal';

for (const { name, flags } of MODES) {
  test(`no fault ends in a wrong file: ${name}`, async ({ start, folder }) => {
    test.setTimeout(120_000);
    const server = await startFaultServer();
    const target = join(folder, 'target');
    const run = start(
      [
        'download',
        '-i',
        '-',
        '-d',
        target,
        '--json',
        '--quiet',
        ...flags,
        '--retry',
        '3',
        '--retry-base',
        '50',
        '--stall-timeout',
        '1',
        '--header-timeout',
        '3',
        '-H',
        'Authorization: Bearer secret',
        '-H',
        'Cookie: a=b',
        '-H',
        'X-API-Key: secret',
      ],
      { input: server.faults.map(({ url }) => url).join('\n') },
    );
    const { status, stdout } = await run.ended;
    expect(status).toBe(1);
    const lines = taskLines(stdout);
    const results = server.faults.map(({ name: fault, outcome, url, isRight }) => {
      const line = lines.find(({ source }) => source === url);
      if (line === undefined) return `${fault}: no result`;
      const file = line.target === null ? null : readFileSync(line.target);
      if (line.state === 'done') {
        if (file === null || !isRight(file)) return `${fault}: done with a wrong file`;
        return outcome === 'failed' ? `${fault}: done, which it could not be` : null;
      }
      if (line.state !== 'failed' || line.error === undefined) return `${fault}: ${line.state}`;
      return outcome === 'right' ? `${fault}: failed: ${line.error.message}` : null;
    });
    expect(results.filter((result) => result !== null)).toEqual([]);
    // Nothing else lies there, and nothing went anywhere else.
    const targets = lines.flatMap(({ state, target: file }) =>
      state === 'done' && file !== null ? [file] : [],
    );
    expect(new Set(targets).size).toBe(targets.length);
    expect(
      readdirSync(target)
        .map((file) => join(target, file))
        .sort(),
    ).toEqual([...targets].sort());
    expect(readdirSync(folder).filter((entry) => !['data', 'target'].includes(entry))).toEqual([]);
    expect(existsSync('/etc/passwd_')).toBe(false);
    expect(server.leaked).toEqual([]);
    await server.close();
  });
}
