/** What a call is answered with that cannot be done: a number and a sentence, as aria2 has them. */

/** 1: the call itself; the others are those of JSON-RPC 2.0 §5.1. */
export type RpcErrorCode = 1 | -32_600 | -32_602 | -32_700;

export class RpcError extends Error {
  readonly code: RpcErrorCode;

  constructor(message: string, code: RpcErrorCode = 1) {
    super(message);
    this.code = code;
  }
}

/** The token is missing or wrong. */
export class Unauthorized extends RpcError {
  constructor() {
    super('Unauthorized');
  }
}
