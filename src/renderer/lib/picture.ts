/** An SVG picture as PNG bytes. */

/** Pixels for each of the picture's own units. */
const SCALE = 2;

/**
 * Draws through an image of a `data:` URL, which the content security policy lets pass.
 *
 * @param svg with a width and a height of its own
 * @returns PNG bytes in Base64
 * @throws {Error} where the picture cannot be drawn
 */
export async function pictureOf(svg: string): Promise<string> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  try {
    await image.decode();
  } catch {
    throw new Error('The picture could not be drawn. Export it as SVG instead.');
  }
  const canvas = document.createElement('canvas');
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  const context = canvas.getContext('2d');
  if (context === null || canvas.width === 0) {
    throw new Error('The picture could not be drawn. Export it as SVG instead.');
  }
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').replace(/^data:image\/png;base64,/u, '');
}
