/** What servers of every kind do to listen: where, and why they cannot. */
import { isIP, type Server } from 'node:net';
import { HeddleError } from '../common/model/errors';

export interface ListenWhere {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** Connections that may wait to be accepted. */
  readonly backlog?: number;
}

/** @param code of the error. @throws HeddleError */
export function listen(server: Server, where: ListenWhere, code: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => {
      reject(new HeddleError(code, whyNot(error, where), { cause: error }));
    };
    server.once('error', fail);
    server.listen(where, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function whyNot({ code }: NodeJS.ErrnoException, { port, host }: ListenWhere): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use by another program.`;
    case 'EADDRNOTAVAIL':
      return `This machine has no address ${host}. Give one of its own, or 0.0.0.0 for all of them.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'No address of that name was found. Give an address of this machine.';
    default:
      return `Port ${port} of ${host} cannot be listened on.`;
  }
}

/** @param address as the system tells it: digits */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./u.test(address);
}

/** Every address of this machine. */
export function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** For a URL: the one by which this machine reaches itself where it is every address. */
export function urlHost(host: string): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return isIP(reached) === 6 ? `[${reached}]` : reached;
}
