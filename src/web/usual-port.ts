/** No well-known program has it. */
export const USUAL_PORT = 4333;
