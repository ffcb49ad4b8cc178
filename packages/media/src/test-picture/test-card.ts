/** The picture is a grid of cells, each a macroblock of one colour. */
export const CARD = { columns: 32, rows: 18 } as const;
export const CELLS = CARD.columns * CARD.rows;

export interface Colour {
  readonly luma: number;
  readonly blue: number;
  readonly red: number;
}

/** Bars of 75 % (ITU-R BT.601), then white of 100 % and a dark grey. */
export const COLOURS: readonly Colour[] = [
  { luma: 180, blue: 128, red: 128 },
  { luma: 162, blue: 44, red: 142 },
  { luma: 131, blue: 156, red: 44 },
  { luma: 112, blue: 72, red: 58 },
  { luma: 84, blue: 184, red: 198 },
  { luma: 65, blue: 100, red: 212 },
  { luma: 35, blue: 212, red: 114 },
  { luma: 16, blue: 128, red: 128 },
  { luma: 235, blue: 128, red: 128 },
  { luma: 40, blue: 128, red: 128 },
];
const WHITE = 8;
const GREY = 9;

const BAR_COLUMNS = 4;
const BAR_ROWS = 10;
const CLOCK = { row: 11, column: 2 } as const;
const SWEEP_ROW = 17;
/** The runner at the bottom goes on by a cell so often: a picture that stands still is seen. */
const SWEEP_PER_SECOND = 10;

/** Three columns and five rows for each digit, from the top, a row's bits from the left. */
const DIGITS: readonly (readonly number[])[] = [
  [7, 5, 5, 5, 7],
  [2, 6, 2, 2, 7],
  [7, 1, 7, 4, 7],
  [7, 1, 7, 1, 7],
  [5, 5, 7, 1, 1],
  [7, 4, 7, 1, 7],
  [7, 4, 7, 5, 7],
  [7, 1, 1, 2, 2],
  [7, 5, 7, 5, 7],
  [7, 5, 7, 1, 7],
];
const COLON: readonly number[] = [0, 1, 0, 1, 0];

/** The colours of all cells at a time: bars, the clock in UTC, and a runner. */
export function testCard(atMs: number): Uint8Array {
  const cells = new Uint8Array(CELLS).fill(GREY);
  for (let row = 0; row < BAR_ROWS; row += 1) {
    for (let column = 0; column < CARD.columns; column += 1) {
      cells[row * CARD.columns + column] = Math.floor(column / BAR_COLUMNS);
    }
  }
  const time = new Date(atMs).toISOString().slice(11, 19);
  let column = CLOCK.column;
  for (const character of time) {
    const isColon = character === ":";
    const width = isColon ? 1 : 3;
    draw(cells, isColon ? COLON : (DIGITS[Number(character)] ?? []), column, width);
    column += width + 1;
  }
  const runner = Math.floor((atMs * SWEEP_PER_SECOND) / 1_000) % CARD.columns;
  cells[SWEEP_ROW * CARD.columns + runner] = WHITE;
  return cells;
}

function draw(cells: Uint8Array, rows: readonly number[], from: number, width: number): void {
  for (const [row, bits] of rows.entries()) {
    for (let column = 0; column < width; column += 1) {
      if (((bits >> (width - 1 - column)) & 1) === 0) continue;
      cells[(CLOCK.row + row) * CARD.columns + from + column] = WHITE;
    }
  }
}
