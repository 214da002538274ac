// Numbers as they are told.
export const seconds = (ms) => (ms / 1000).toFixed(ms < 9950 ? 2 : 1);
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
export const ratio = (value) => value.toFixed(2);

/** `4 KiB`, `512 bytes` */
export function binarySize(bytes) {
  const MIB = 1024 * 1024;
  if (bytes >= MIB) return `${Math.round(bytes / MIB)} MiB`;
  return bytes >= 1024 ? `${Math.round(bytes / 1024)} KiB` : `${bytes} bytes`;
}

export const grouped = (count) => count.toLocaleString('en-US');
