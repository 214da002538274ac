/** Told of what was passed over and is no fault, or is worth knowing of a list as a whole. A sentence. */
export type Remark = (line: number, message: string) => void;
