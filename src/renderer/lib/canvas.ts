/** Makes a canvas as sharp as the screen and clears it. @returns what draws on it, in CSS pixels; `null` where nothing can */
export function clearedCanvas(
  canvas: HTMLCanvasElement,
  cssWidth: number,
  cssHeight: number,
): CanvasRenderingContext2D | null {
  const context = canvas.getContext('2d');
  if (context === null) return null;
  const ratio = window.devicePixelRatio;
  const width = Math.round(cssWidth * ratio);
  const height = Math.round(cssHeight * ratio);
  // Being set, even to what it is, costs a canvas its memory.
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, cssWidth, cssHeight);
  return context;
}
