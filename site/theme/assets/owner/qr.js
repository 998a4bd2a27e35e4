// QR codes drawn as pictures, in the browser alone. Held equal to another encoder by tests/browser/test_qr.py.

import { codewords } from "./codewords.js";

const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
const QUIET = 4;

const bit = (value, index) => (value >> index) & 1;
const square = (size) => Array.from({ length: size }, () => Array(size));

/** A value with the remainder that lets a reader mend it. */
function mendable(value, degree, divisor) {
  let rest = value;
  for (let i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * divisor);
  return (value << degree) | rest;
}

/** The modules of every code of a version; those of data are still open. */
function frame(version) {
  const size = version * 4 + 17;
  const grid = square(size);
  const ring = (x, y, radius, light) => {
    for (let i = y - radius; i <= y + radius; i++) {
      for (let j = x - radius; j <= x + radius; j++) {
        const inside = i >= 0 && j >= 0 && i < size && j < size;
        if (inside) grid[i][j] = Number(!light.includes(Math.max(Math.abs(i - y), Math.abs(j - x))));
      }
    }
  };
  for (let i = 0; i < size; i++) grid[6][i] = grid[i][6] = (i + 1) % 2;
  const places = alignments(version, size);
  for (const y of places) for (const x of places) if (x + y > 12 && !(x === 6 && y > size - 9) && !(y === 6 && x > size - 9)) ring(x, y, 2, [1]);
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) ring(x, y, 4, [2, 4]);
  const mended = mendable(version, 12, 0x1f25);
  for (let i = 0; i < 18 && version > 6; i++) {
    const [a, b] = [size - 11 + (i % 3), Math.floor(i / 3)];
    grid[b][a] = grid[a][b] = bit(mended, i);
  }
  return withFormat(grid, 0);
}

function alignments(version, size) {
  const count = version > 1 ? Math.floor(version / 7) + 2 : 0;
  const step = Math.ceil((version * 4 + 4) / (count * 2 - 2)) * 2;
  return Array.from({ length: count }, (_, i) => (i ? size - 7 - (count - 1 - i) * step : 6));
}

/** Correction level M and the mask, written twice. */
function withFormat(grid, mask) {
  const size = grid.length;
  const format = mendable(mask, 10, 0x537) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const dark = bit(format, i);
    if (i < 8) grid[i < 6 ? i : i + 1][8] = grid[8][size - 1 - i] = dark;
    else grid[8][i < 9 ? 7 : 14 - i] = grid[size - 15 + i][8] = dark;
  }
  grid[size - 8][8] = 1;
  return grid;
}

function filled(fixed, words, mask) {
  const size = fixed.length;
  const grid = withFormat(fixed.map((row) => [...row]), mask);
  let index = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const isUp = (right > 6 ? right + 1 : right + 2) & 2 ? false : true;
    for (let step = 0; step < size; step++) {
      for (const x of [right, right - 1]) {
        const y = isUp ? size - 1 - step : step;
        if (fixed[y][x] !== undefined) continue;
        grid[y][x] = bit(words[index >> 3] ?? 0, 7 - (index & 7)) ^ !MASKS[mask](x, y);
        index++;
      }
    }
  }
  return grid;
}

/** How hard a code is to read: runs, blocks, what looks like a finder, too much of one kind. */
function hardness(grid) {
  const lines = [...grid, ...grid.map((_, x) => grid.map((row) => row[x]))].map((line) => line.join(""));
  const found = (pattern) => lines.flatMap((line) => [...line.matchAll(pattern)]);
  const runs = found(/(.)\1{4,}/g).reduce((total, [run]) => total + run.length - 2, 0);
  const finders = found(/(?=10111010000|00001011101)/g).length * 40;
  const isBlock = (x, y) => x && y && [grid[y - 1][x], grid[y][x - 1], grid[y - 1][x - 1]].every((each) => each === grid[y][x]);
  const blocks = grid.flatMap((row, y) => row.filter((_, x) => isBlock(x, y))).length * 3;
  const dark = grid.flat().filter(Boolean).length / grid.length ** 2;
  return runs + finders + blocks + Math.floor(Math.abs(dark * 20 - 10)) * 10;
}

/** The modules of a text's code, dark ones as 1; with the easiest mask unless one is named. */
export function modules(text, mask) {
  const { version, words } = codewords(text);
  const fixed = frame(version);
  if (mask >= 0) return filled(fixed, words, mask);
  const grids = MASKS.map((_, each) => filled(fixed, words, each));
  return grids.reduce((best, grid) => (hardness(grid) < hardness(best) ? grid : best));
}

/** A text's code as a picture; its name, if it has one, is what those who cannot see it are told. */
export function picture(text, name = "") {
  const grid = modules(text);
  const path = grid.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  const make = (tag, values) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [attribute, value] of Object.entries(values)) made.setAttribute(attribute, value);
    return made;
  };
  const side = grid.length + 2 * QUIET;
  const drawn = make("svg", { class: "qr", viewBox: `${-QUIET} ${-QUIET} ${side} ${side}`, "shape-rendering": "crispEdges", ...(name ? { role: "img", "aria-label": name } : { "aria-hidden": "true" }) });
  drawn.append(make("rect", { x: -QUIET, y: -QUIET, width: side, height: side, fill: "#fff" }), make("path", { d: path, fill: "#000" }));
  return drawn;
}
