/** Messages to the thread that plays the clients of a server under load. */

export interface ClientsData {
  readonly role: 'clients';
  /** Without a slash at its end. */
  readonly url: string;
  /** Connections, kept alive; each asks again as soon as it was answered. */
  readonly clients: number;
  /** Of all clients together: `/1`, `/2`… */
  readonly requests: number;
}

/** To it: begin. It has loaded what it needs when it says `ready`. */
export type ToClients = 'go';

export type FromClients =
  | { readonly type: 'ready' }
  /** What was answered, in order of the requests; the thread ends then. */
  | { readonly type: 'answered'; readonly answers: readonly string[] };
