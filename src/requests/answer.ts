/** Requests of the window's contract, checked for their shape and answered as data, whoever asks. */
import { HeddleError, toErrorData } from '../common/model/errors';
import { REQUESTS, type Reply, type RequestInput, type RequestName, type RequestOutput } from '../common/ipc';

export type Handlers<Name extends RequestName = RequestName> = {
  readonly [Each in Name]: (input: RequestInput<Each>) => RequestOutput<Each> | Promise<RequestOutput<Each>>;
};

export function isRequestName(name: string): name is RequestName {
  return Object.hasOwn(REQUESTS, name);
}

/** @throws HeddleError `bad-request` */
export function understood<Name extends RequestName>(name: Name, input: unknown): RequestInput<Name> {
  const parsed = REQUESTS[name].input.safeParse(input);
  if (parsed.success) return parsed.data as RequestInput<Name>;
  const [issue] = parsed.error.issues;
  const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
  throw new HeddleError('bad-request', `The request ${name} was not understood${where}.`);
}

/** What `act` gives or throws, as data. */
export async function replyOf<Out>(act: () => Out | Promise<Out>): Promise<Reply<Out>> {
  try {
    return { ok: true, value: await act() };
  } catch (error) {
    return { ok: false, error: toErrorData(error) };
  }
}
