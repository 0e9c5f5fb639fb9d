/**
 * A time mark in a picture: 32 bits of time and 8 of checksum as black and white fields, large enough to outlive any
 * video codec. Grey pictures of 320 × 180 points with 8 × 5 fields of 40 × 36.
 */
export const markWidth = 320;
export const markHeight = 180;
const columns = 8;
const rows = 5;
const timeBits = 32;
const fieldWidth = markWidth / columns;
const fieldHeight = markHeight / rows;
/** Quarters of a millisecond: 32 bits of them are twelve days. */
const perMs = 4;
const [black, white, middle] = [16, 235, 128];

/** An I420 picture without colour. */
export function newMarkPicture(): Uint8Array {
  return new Uint8Array((markWidth * markHeight * 3) / 2).fill(middle);
}

/** @param timeMs of a monotonic clock, from 0 */
export function drawMark(picture: Uint8Array, timeMs: number): void {
  const time = Math.floor(timeMs * perMs) >>> 0;
  const sum = checksum(time);
  for (let bit = 0; bit < columns * rows; bit++) {
    const set = bit < timeBits ? (time >>> bit) & 1 : (sum >>> (bit - timeBits)) & 1;
    const x = (bit % columns) * fieldWidth;
    const y = Math.floor(bit / columns) * fieldHeight;
    for (let row = y; row < y + fieldHeight; row++) {
      picture.fill(set ? white : black, row * markWidth + x, row * markWidth + x + fieldWidth);
    }
  }
}

/**
 * The time in the picture, in ms; undefined when there is no mark in it that can be read.
 * @param luma the picture's first plane, row by row
 */
export function readMark(luma: Uint8Array, width: number, height: number): number | undefined {
  let time = 0;
  let sum = 0;
  for (let bit = 0; bit < columns * rows; bit++) {
    const x = Math.floor(((bit % columns) + 0.5) * (width / columns));
    const y = Math.floor((Math.floor(bit / columns) + 0.5) * (height / rows));
    const set = (luma[y * width + x] ?? 0) > middle ? 1 : 0;
    if (bit < timeBits) time |= set << bit;
    else sum |= set << (bit - timeBits);
  }
  time >>>= 0;
  return checksum(time) === sum ? time / perMs : undefined;
}

/** Not 0 for 0, so that a black picture is no mark. */
function checksum(time: number): number {
  let sum = 0xa5;
  for (let byte = 0; byte < 4; byte++) sum = (((sum << 1) | (sum >>> 7)) ^ (time >>> (8 * byte))) & 0xff;
  return sum;
}
