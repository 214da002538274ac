/** Requests to the main process. Failures come back as data and are thrown again as `HeddleError`. */
import { fromErrorData } from '../common/model/errors';
import type { RequestInput, RequestName, RequestOutput } from '../common/ipc';

/** @throws HeddleError with the code and sentence that the engine gave */
export async function request<Name extends RequestName>(
  name: Name,
  input: RequestInput<Name>,
): Promise<RequestOutput<Name>> {
  const reply = await window.heddle.invoke(name, input);
  if (reply.ok) return reply.value;
  throw fromErrorData(reply.error);
}
