/** Told of what was passed over and is no fault, or is worth knowing of a list as a whole. A sentence. */
export type Remark = (line: number, message: string) => void;

/** On a line that has several parts, of which some are no addresses. */
export function besideAddresses(line: number): string {
  return `Line ${line} also contains something other than addresses, which was ignored.`;
}
