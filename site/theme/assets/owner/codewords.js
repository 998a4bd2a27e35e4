// The words a QR code is made of (ISO/IEC 18004): bytes at correction level M, versions 1 to 13.

const CORRECTION = [0, 10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22]; // words a block, by version
const BLOCKS = [0, 1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9];

// Arithmetic in the field of 256 elements

const EXP = [1];
for (let i = 1; i < 255; i++) EXP[i] = (EXP[i - 1] << 1) ^ (EXP[i - 1] & 128 ? 0x11d : 0);
const LOG = [];
EXP.forEach((value, power) => (LOG[value] = power));
const times = (a, b) => (a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0);

function divisor(degree) {
  let terms = [...Array(degree - 1).fill(0), 1];
  for (let power = 0; power < degree; power++) {
    terms = terms.map((term, i) => times(term, EXP[power]) ^ (terms[i + 1] ?? 0));
  }
  return terms;
}

function corrections(data, terms) {
  return data.reduce((rest, byte) => {
    const factor = byte ^ rest[0];
    return [...rest.slice(1), 0].map((value, i) => value ^ times(terms[i], factor));
  }, Array(terms.length).fill(0));
}

// What is written

/** Modules left for data: all but finders, timing, alignment, format and version. */
function room(version) {
  const aligned = Math.floor(version / 7) + 2;
  const alignment = version > 1 ? (25 * aligned - 10) * aligned - 55 : 0;
  return (16 * version + 128) * version + 64 - alignment - (version > 6 ? 36 : 0);
}

const dataWords = (version) => (room(version) >> 3) - CORRECTION[version] * BLOCKS[version];
const bits = (value, count) => Array.from({ length: count }, (_, i) => (value >> (count - 1 - i)) & 1);

function packed(bytes, version) {
  const all = [...bits(4, 4), ...bits(bytes.length, lengthBits(version)), ...bytes.flatMap((byte) => bits(byte, 8))];
  const capacity = dataWords(version) * 8;
  all.push(...Array(Math.min(4, capacity - all.length)).fill(0));
  all.push(...Array(-all.length & 7).fill(0));
  const found = [];
  for (let i = 0; i < all.length; i += 8) found.push(parseInt(all.slice(i, i + 8).join(""), 2));
  for (let pad = 0xec; found.length * 8 < capacity; pad ^= 0xec ^ 0x11) found.push(pad);
  return found;
}

/** Data in blocks, each with its correction, woven together. */
function woven(data, version) {
  const count = BLOCKS[version];
  const short = Math.floor(data.length / count);
  const long = data.length % count;
  const blocks = Array.from({ length: count }, (_, i) => {
    const from = i * short + Math.max(0, i - (count - long));
    return data.slice(from, from + short + (i >= count - long));
  });
  const terms = divisor(CORRECTION[version]);
  const added = blocks.map((block) => corrections(block, terms));
  const across = (rows, length) => Array.from({ length }, (_, i) => rows.map((row) => row[i])).flat();
  return [...across(blocks, short + 1), ...across(added, terms.length)].filter((word) => word !== undefined);
}

const lengthBits = (version) => (version < 10 ? 8 : 16);

/** The smallest version that holds a text, and its words with their corrections. */
export function codewords(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const version = CORRECTION.findIndex((_, each) => each && 4 + lengthBits(each) + bytes.length * 8 <= dataWords(each) * 8);
  if (version < 1) throw new RangeError("too long for a code");
  return { version, words: woven(packed(bytes, version), version) };
}
