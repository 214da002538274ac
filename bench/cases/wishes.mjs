/** What Heddle may take, whatever it does and however much of it. */
export const inMemory = (own) => ({ own, mostBytes: 180_000_000 });
