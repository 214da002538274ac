/** An origin that nobody here wrote: nginx, on a port of its own, with nothing outside its own folder. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A request that it has answered, as far as anybody listened. */
export interface Answered {
  readonly path: string;
  readonly startedAtMs: number;
  /** Of the bytes that were asked for. */
  readonly from: number;
  /** Bytes of the body that it has sent. */
  readonly sent: number;
}

export interface Nginx {
  readonly url: string;
  /** By its own log. */
  answered(): readonly Answered[];
  close(): Promise<void>;
  /** At once, where nobody can wait. */
  kill(): void;
}

export function hasNginx(): boolean {
  return spawnSync('nginx', ['-v']).status === 0;
}

/** PEM files of a server that speaks TLS 1.3, and HTTP/2 where that is asked for. */
export interface Secure {
  readonly certificate: string;
  readonly key: string;
  readonly http2: boolean;
}

/** A certificate for 127.0.0.1 that signs itself. */
export function makeCertificate(folder: string, { http2 = false } = {}): Secure {
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { certificate, key, http2 };
}

/** @param rate bytes per second of each connection; 0: no limit */
export async function startNginx(
  root: string,
  folder: string,
  rate: number,
  secure: Secure | null = null,
): Promise<Nginx> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const log = join(folder, 'access.log');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n  ');
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')};
events { worker_connections 1024; }
http {
  ${temporary}
  log_format requests '$msec $request_time $body_bytes_sent $request_uri $http_range';
  access_log ${log} requests;
  keepalive_requests 100000;
  server {
    listen 127.0.0.1:${port}${secure === null ? '' : ` ssl${secure.http2 ? ' http2' : ''}`};
    ${secure === null ? '' : tlsOf(secure)}
    root ${root};
    ${rate > 0 ? `limit_rate ${rate};` : ''}
  }
}
`,
  );
  const server: ChildProcess = spawn(
    'nginx',
    ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
    {
      stdio: 'ignore',
    },
  );
  await answers(port);
  return {
    url: `${secure === null ? 'http' : 'https'}://127.0.0.1:${port}`,
    answered: () => readFileSync(log, 'utf8').trimEnd().split('\n').map(answeredOf),
    close: async () => {
      server.kill('SIGTERM');
      if (server.exitCode === null) await once(server, 'exit');
    },
    // Its worker processes go with SIGTERM only.
    kill: () => server.kill('SIGTERM'),
  };
}

function tlsOf({ certificate, key }: Secure): string {
  return `ssl_certificate ${certificate}; ssl_certificate_key ${key}; ssl_protocols TLSv1.3;`;
}

function answeredOf(line: string): Answered {
  const [endedAt, seconds, sent, path = '', range = ''] = line.split(' ');
  return {
    path,
    startedAtMs: (Number(endedAt) - Number(seconds)) * 1000,
    from: Number(/^bytes=(\d+)-/u.exec(range)?.[1] ?? 0),
    sent: Number(sent),
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function answers(port: number): Promise<void> {
  for (let tried = 0; tried < 200; tried++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(25);
  }
  throw new Error('nginx does not answer');
}
