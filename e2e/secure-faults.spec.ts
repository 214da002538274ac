/** Every fault of HTTP/2 and of TLS, in every mode: no wrong file is ever called done. */
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { complaints, expectOnlyDone, MODES } from './fault-outcomes';
import { startSecureFaultServer } from './secure-fault-server';
import { taskLines, test } from './terminal';

const PATIENCE = ['--retry', '3', '--retry-base', '50', '--stall-timeout', '1', '--header-timeout', '2'];

for (const { name, flags } of MODES) {
  test(`no fault of HTTP/2 or TLS ends in a wrong file: ${name}`, async ({ heddle, folder }) => {
    test.setTimeout(120_000);
    const server = await startSecureFaultServer();
    try {
      const input = server.faults.map(({ url }) => url).join('\n');
      const args = ['download', '-i', '-', '-d', join(folder, 'target'), '--json', '--quiet'];
      const trust = ['--cacert', server.certFile];
      const { status, stdout } = await heddle([...args, ...trust, ...PATIENCE, ...flags], { input });
      const lines = taskLines(stdout);
      expect(complaints(server.faults, lines)).toEqual([]);
      expect(status).toBe(1);
      expectOnlyDone(folder, lines);
    } finally {
      await server.close();
    }
  });
}
