import { PassThrough } from "node:stream";
import fc from "fast-check";
import { guardFrames } from "../../../emulator/gateway/frame-guard";

/** A client's frame as RFC 6455 has it, masked. */
function frame(payload: Buffer): Buffer {
  const { length } = payload;
  const header =
    length < 126 ? Buffer.from([0x81, 0x80 | length]) : length < 65_536 ? Buffer.alloc(4) : Buffer.alloc(10);
  if (length >= 126) header[0] = 0x81;
  if (header.length === 4) {
    header[1] = 0x80 | 126;
    header.writeUInt16BE(length, 2);
  } else if (header.length === 10) {
    header[1] = 0x80 | 127;
    header.writeBigUInt64BE(BigInt(length), 2);
  }
  return Buffer.concat([header, Buffer.from([1, 2, 3, 4]), payload]);
}

const LIMIT = 200;

/** How many frames are let through before the guard speaks, however the bytes are cut. */
async function allowed(lengths: readonly number[], cuts: readonly number[]): Promise<boolean> {
  const socket = new PassThrough();
  let isTooLarge = false;
  guardFrames(socket, LIMIT, () => {
    isTooLarge = true;
  });
  socket.resume();
  let bytes = Buffer.concat(lengths.map((length) => frame(Buffer.alloc(length, 0xff))));
  for (const cut of cuts) {
    socket.write(bytes.subarray(0, cut));
    bytes = bytes.subarray(cut);
  }
  socket.end(bytes);
  await new Promise((resolve) => socket.once("end", resolve));
  return !isTooLarge;
}

it("finds a frame above the limit, wherever the bytes are cut and whatever frames come before", async () => {
  const length = fc.oneof(fc.nat(LIMIT), fc.constantFrom(0, 125, 126, 127, LIMIT, LIMIT + 1, 65_535, 65_536));
  await fc.assert(
    fc.asyncProperty(
      fc.array(length, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 40 })),
      async (lengths, cuts) => {
        expect(await allowed(lengths, cuts)).toBe(lengths.every((one) => one <= LIMIT));
      },
    ),
  );
});
