import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const MAX_COLOURS = 256;
const EIGHT_BITS_PER_INDEX = [8, 3, 0, 0, 0] as const;

/**
 * A PNG with a palette. It has a third of the size of a browser's screenshot. Colours are rounded: each channel by just
 * enough that 256 colours are left. The difference is invisible on a page with few colours.
 *
 * @param pixels red, green, blue, alpha of each pixel, as a canvas gives them; alpha is left out
 */
export function indexedPng(pixels: Uint8Array, width: number): Buffer {
  const height = pixels.length / 4 / width;
  for (let step = 1; ; step *= 2) {
    const palette = new Map<number, number>();
    // Each line begins with its filter: 0 means none.
    const lines = Buffer.alloc((width + 1) * height);
    for (let index = 0; index < width * height && palette.size <= MAX_COLOURS; index++) {
      const colour = [0, 1, 2].reduce((sum, channel) => sum * 256 + rounded(pixels[index * 4 + channel] ?? 0, step), 0);
      if (!palette.has(colour)) palette.set(colour, palette.size);
      lines[index + Math.floor(index / width) + 1] = palette.get(colour) ?? 0;
    }
    if (palette.size > MAX_COLOURS) continue;
    const colours = [...palette.keys()].flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]);
    return Buffer.concat([
      SIGNATURE,
      chunk("IHDR", Buffer.concat([uint32(width), uint32(height), Buffer.from(EIGHT_BITS_PER_INDEX)])),
      chunk("PLTE", Buffer.from(colours)),
      chunk("IDAT", deflateSync(lines, { level: 9 })),
      chunk("IEND", Buffer.alloc(0)),
    ]);
  }
}

function rounded(value: number, step: number): number {
  return Math.min(255, Math.round(value / step) * step);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([uint32(data.length), body, uint32(crc32(body))]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
