/** What is in a file, made of its name: whoever knows the name knows each byte. */
import { createCipheriv, createHash } from 'node:crypto';

/** @returns {Buffer} bytes that look random, the same for the same name */
export function contentOf(name, size) {
  const key = createHash('sha256').update(name).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
