/** Parameters of a call, read in aria2's order and refused in its words. */
import { z } from 'zod';
import { RpcError } from './rpc-error';

const texts = z.array(z.unknown()).transform((all) => all.filter((each) => typeof each === 'string'));
const schemas = {
  text: z.string(),
  /** What is behind its point is left out. */
  integer: z.number().transform(Math.trunc),
  /** Others than text among them are passed over. */
  texts,
  options: z.record(z.string(), z.unknown()),
  list: z.array(z.unknown()),
};

type Kinds = typeof schemas;
type Value<Kind extends keyof Kinds> = z.infer<Kinds[Kind]>;

export class Params {
  readonly #all: readonly unknown[];

  constructor(all: readonly unknown[]) {
    this.#all = all;
  }

  /** @throws RpcError */
  required<Kind extends keyof Kinds>(at: number, kind: Kind): Value<Kind> {
    const value = this.optional(at, kind);
    if (value === null) throw new RpcError(`The parameter at ${at} is required but missing.`);
    return value;
  }

  /** `null`: there is none. @throws RpcError */
  optional<Kind extends keyof Kinds>(at: number, kind: Kind): Value<Kind> | null {
    if (at >= this.#all.length) return null;
    const parsed = schemas[kind].safeParse(this.#all[at]);
    if (!parsed.success) throw new RpcError(`The parameter at ${at} has wrong type.`);
    return parsed.data as Value<Kind>;
  }

  /** @throws RpcError */
  atLeast(at: number, least: number): number {
    const value = this.required(at, 'integer');
    if (value < least)
      throw new RpcError(
        `The integer parameter at ${at} has invalid value: the value must be greater than or equal to ${least}.`,
      );
    return value;
  }
}
