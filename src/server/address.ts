/** Addresses that servers listen on, as people are told of them. */
import { isIP } from 'node:net';

/** Why a port could not be listened on. */
export function listenFault({ code }: NodeJS.ErrnoException, port: number, host: string): string {
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

/** Whether it stands for all addresses of the machine. */
export function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** The address as a URL has it, for somebody on this machine. */
export function urlHost(host: string): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return isIP(reached) === 6 ? `[${reached}]` : reached;
}
