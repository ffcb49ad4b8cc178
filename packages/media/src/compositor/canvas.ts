import type { Rectangle, Size } from "./layout.ts";

/** A picture in YUV 4:2:0: a plane of brightness, then two of colours in half the resolution. */
export interface Frame extends Size {
  readonly bytes: Buffer;
}

/** Brightness in the limited range that video has. */
const BLACK = 16;
const PLACEHOLDER = 48;
const NO_COLOUR = 128;

/** Bytes of a frame; both sides are even. */
export function frameBytes({ width, height }: Size): number {
  return (width * height * 3) / 2;
}

export function blackFrame(size: Size): Frame {
  const bytes = Buffer.alloc(frameBytes(size), NO_COLOUR);
  bytes.fill(BLACK, 0, size.width * size.height);
  return { width: size.width, height: size.height, bytes };
}

/** The tile of a participant without a picture: grey. */
export function drawPlaceholder(canvas: Frame, at: Rectangle): void {
  eachPlane(canvas, at, ({ offset, stride, isColour }, x, y, width, height) => {
    for (let row = 0; row < height; row += 1) {
      const start = offset + (y + row) * stride + x;
      canvas.bytes.fill(isColour ? NO_COLOUR : PLACEHOLDER, start, start + width);
    }
  });
}

/**
 * Draws a picture into its tile. One that was made for another size is stretched by the nearest
 * pixel, which is seen for the moment until its decoder makes the right one.
 */
export function drawPicture(canvas: Frame, picture: Frame, at: Rectangle): void {
  const isSame = picture.width === at.width && picture.height === at.height;
  let from = 0;
  eachPlane(canvas, at, ({ offset, stride, isColour }, x, y, width, height) => {
    const sourceWidth = isColour ? picture.width / 2 : picture.width;
    const sourceHeight = isColour ? picture.height / 2 : picture.height;
    for (let row = 0; row < height; row += 1) {
      const to = offset + (y + row) * stride + x;
      if (isSame) {
        const start = from + row * width;
        picture.bytes.copy(canvas.bytes, to, start, start + width);
      } else {
        const start = from + Math.floor((row * sourceHeight) / height) * sourceWidth;
        for (let column = 0; column < width; column += 1) {
          const pixel = start + Math.floor((column * sourceWidth) / width);
          canvas.bytes[to + column] = picture.bytes[pixel] ?? 0;
        }
      }
    }
    from += sourceWidth * sourceHeight;
  });
}

interface Plane {
  readonly offset: number;
  readonly stride: number;
  readonly isColour: boolean;
}

/** Calls with each plane of a canvas, and the rectangle in its pixels. */
function eachPlane(
  { width, height }: Size,
  at: Rectangle,
  draw: (plane: Plane, x: number, y: number, width: number, height: number) => void,
): void {
  const pixels = width * height;
  draw({ offset: 0, stride: width, isColour: false }, at.x, at.y, at.width, at.height);
  for (const offset of [pixels, pixels + pixels / 4]) {
    const plane = { offset, stride: width / 2, isColour: true };
    draw(plane, at.x / 2, at.y / 2, at.width / 2, at.height / 2);
  }
}
