// The two formats that hold an icon in several sizes.

/** Types of entries by their size in pixels. Those for 16 and 32 at single density may not be PNG in an app. */
const ICNS_TYPES = {
  32: ['ic11'],
  64: ['ic12'],
  128: ['ic07'],
  256: ['ic08', 'ic13'],
  512: ['ic09', 'ic14'],
  1024: ['ic10'],
};
export const ICNS_SIZES = Object.keys(ICNS_TYPES).map(Number);
export const ICO_SIZES = [16, 20, 24, 32, 40, 48, 64, 256];

/**
 * An icon of macOS: a magic word and its length, then entries of type, length and PNG.
 *
 * @param {Map<number, { png: Buffer }>} images by size
 * @returns {Buffer}
 */
export function toIcns(images) {
  const entries = ICNS_SIZES.flatMap((size) =>
    ICNS_TYPES[size].map((type) => {
      const { png } = images.get(size);
      const head = Buffer.alloc(8);
      head.write(type, 'latin1');
      head.writeUInt32BE(png.length + 8, 4);
      return Buffer.concat([head, png]);
    }),
  );
  const body = Buffer.concat(entries);
  const head = Buffer.alloc(8);
  head.write('icns', 'latin1');
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}

/**
 * An icon of Windows: PNG for 256 pixels, bitmaps for those that older programs read.
 *
 * @param {Map<number, { png: Buffer, rgba: Buffer }>} images by size
 * @returns {Buffer}
 */
export function toIco(images) {
  const head = Buffer.alloc(6 + 16 * ICO_SIZES.length);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(ICO_SIZES.length, 4);
  const bodies = [];
  let offset = head.length;
  ICO_SIZES.forEach((size, index) => {
    const { png, rgba } = images.get(size);
    const body = size === 256 ? png : toBitmap(size, rgba);
    const at = 6 + 16 * index;
    // 0 means 256.
    head.writeUInt8(size % 256, at);
    head.writeUInt8(size % 256, at + 1);
    head.writeUInt16LE(1, at + 4);
    head.writeUInt16LE(32, at + 6);
    head.writeUInt32LE(body.length, at + 8);
    head.writeUInt32LE(offset, at + 12);
    bodies.push(body);
    offset += body.length;
  });
  return Buffer.concat([head, ...bodies]);
}

/** BITMAPINFOHEADER with twice the height, rows of BGRA from the bottom up, and a mask that hides nothing. */
function toBitmap(size, rgba) {
  const head = Buffer.alloc(40);
  const maskRow = Math.ceil(size / 32) * 4;
  const pixels = Buffer.alloc(size * size * 4);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = (y * size + x) * 4;
      const to = ((size - 1 - y) * size + x) * 4;
      pixels[to] = rgba[from + 2];
      pixels[to + 1] = rgba[from + 1];
      pixels[to + 2] = rgba[from];
      pixels[to + 3] = rgba[from + 3];
    }
  }
  head.writeUInt32LE(40, 0);
  head.writeInt32LE(size, 4);
  head.writeInt32LE(size * 2, 8);
  head.writeUInt16LE(1, 12);
  head.writeUInt16LE(32, 14);
  head.writeUInt32LE(pixels.length + maskRow * size, 20);
  return Buffer.concat([head, pixels, Buffer.alloc(maskRow * size)]);
}
