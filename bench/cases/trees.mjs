// The two folders that are hashed and copied.
const MIB = 1024 * 1024;

export const MANY = { name: 'many', title: '20,000 × 4 KiB', count: 20_000, bytes: 4096, perFolder: 200 };
export const LARGE = { name: 'large', title: '4 × 256 MiB', count: 4, bytes: 256 * MIB };

export const bytesOf = ({ count, bytes }) => count * bytes;
