import { written } from "./measurements.ts";

/*
 * Plots as SVG, 380 units wide, so that text has its size on a telephone too. They bring their own
 * colours for light and dark, since a page can't style the picture that it shows.
 */

const WIDTH = 380;
const STYLE = [
  "text{font:13px system-ui,sans-serif;fill:#1a1f26}",
  ".t{font-size:15px;font-weight:600}",
  ".s{fill:#525c68;font-size:12px}",
  ".g{stroke:#d5dae0}",
  ".r{fill:#0b5cad}",
  ".p{fill:#8a949f}",
  ".lr{fill:none;stroke:#0b5cad;stroke-width:2.5}",
  ".lp{fill:none;stroke:#8a949f;stroke-width:2.5}",
  "@media(prefers-color-scheme:dark){",
  "text{fill:#e4e8ec}",
  ".s{fill:#a9b3bf}",
  ".g{stroke:#3a434d}",
  ".r{fill:#82bdff}",
  ".lr{stroke:#82bdff}",
  "}",
].join("");

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly isPeer: boolean;
}

export interface BarPlot {
  readonly title: string;
  readonly unit: string;
  readonly isLogarithmic: boolean;
  readonly groups: readonly { readonly name: string; readonly bars: readonly Bar[] }[];
}

export interface LinePlot {
  readonly title: string;
  readonly unit: string;
  /** Names the logarithmic axis below. */
  readonly across: string;
  readonly lines: readonly {
    readonly name: string;
    readonly isPeer: boolean;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

export function drawBars({ title, unit, isLogarithmic, groups }: BarPlot): string {
  const [left, width] = [10, 220];
  const values = groups.flatMap(({ bars }) => bars.map(({ value }) => value));
  const ticks = isLogarithmic ? decades(values) : steps(Math.max(...values));
  const [first = 1, last = 1] = [ticks[0], ticks.at(-1)];
  const at = (value: number) =>
    left +
    width *
      (isLogarithmic
        ? Math.log(value / first) / Math.log(last / first)
        : (value - first) / (last - first));
  const head = headOf(title);
  const marks: string[] = [];
  let y = head.height + 6;
  for (const { name, bars } of groups) {
    if (name !== "") marks.push(text(left, (y += 18) - 4, name));
    for (const bar of bars) {
      const end = at(bar.value);
      const kind = `class="${bar.isPeer ? "p" : "r"}"`;
      marks.push(
        `<rect ${kind} x="${left}" y="${y}" width="${short(end - left)}" height="14"/>`,
        text(end + 5, y + 12, `${written(bar.value)} ${bar.name}`, "s"),
      );
      y += 18;
    }
    y += 6;
  }
  const grid = ticks.flatMap((tick) => [
    `<path class="g" d="M${short(at(tick))} ${head.height + 4}V${y}"/>`,
    text(at(tick), y + 15, axisNumber(tick), "s", tick === first ? "start" : "middle"),
  ]);
  const axis = text(left, y + 33, `${unit}${isLogarithmic ? ", logarithmic scale" : ""}`, "s");
  return picture(title, y + 42, [...head.lines, ...grid, ...marks, axis]);
}

export function drawLines({ title, unit, across, lines }: LinePlot): string {
  const [left, right, height] = [44, 256, 170];
  const head = headOf(title);
  const top = head.height + 28;
  const points = lines.flatMap((line) => line.points);
  const xs = [...new Set(points.map(([x]) => x))].sort((a, b) => a - b);
  const ticks = steps(Math.max(...points.map(([, y]) => y)));
  const [x0 = 1, x1 = 1, highest = 1] = [xs[0], xs.at(-1), ticks.at(-1)];
  const xAt = (x: number) => left + ((right - left) * Math.log(x / x0)) / Math.log(x1 / x0);
  const yAt = (y: number) => top + height * (1 - y / highest);
  const grid = [
    text(4, top - 12, unit, "s"),
    ...ticks.flatMap((tick) => [
      `<path class="g" d="M${left} ${short(yAt(tick))}H${right}"/>`,
      text(left - 6, yAt(tick) + 4, axisNumber(tick), "s", "end"),
    ]),
    ...xs.map((x) => text(xAt(x), top + height + 17, axisNumber(x), "s", "middle")),
    text(left, top + height + 36, `${across}, logarithmic scale`, "s"),
  ];
  let labelled = Number.NEGATIVE_INFINITY;
  const marks = [...lines]
    .sort((a, b) => (b.points.at(-1)?.[1] ?? 0) - (a.points.at(-1)?.[1] ?? 0))
    .flatMap(({ name, isPeer, points: own }) => {
      const places = own.map(([x, y]) => [short(xAt(x)), short(yAt(y))] as const);
      const way = places.map((place) => place.join(" ")).join("L");
      const end = own.at(-1)?.[1] ?? 0;
      labelled = Math.max(yAt(end) + 4, labelled + 16);
      return [
        `<path class="${isPeer ? "lp" : "lr"}" d="M${way}"/>`,
        ...places.map(
          ([x, y]) => `<circle class="${isPeer ? "p" : "r"}" cx="${x}" cy="${y}" r="3.5"/>`,
        ),
        text(right + 8, labelled, `${written(end)} ${name}`, "s"),
      ];
    });
  return picture(title, top + height + 46, [...head.lines, ...grid, ...marks]);
}

function picture(title: string, height: number, parts: readonly string[]): string {
  const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
${parts.join("\n")}
</svg>
`;
}

const TITLE_LETTERS = 40;

/** The title, in as many lines as it needs. */
function headOf(title: string): { readonly lines: readonly string[]; readonly height: number } {
  const rows: string[] = [];
  for (const word of title.split(" ")) {
    const longer = `${rows.at(-1)} ${word}`;
    if (rows.length > 0 && longer.length <= TITLE_LETTERS) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  return {
    lines: rows.map((row, index) => text(4, 18 + index * 20, row, "t")),
    height: 12 + rows.length * 20,
  };
}

function text(x: number, y: number, words: string, style?: string, anchor = "start"): string {
  const attributes = [
    style === undefined ? "" : ` class="${style}"`,
    anchor === "start" ? "" : ` text-anchor="${anchor}"`,
  ].join("");
  return `<text x="${short(x)}" y="${short(y)}"${attributes}>${escaped(words)}</text>`;
}

/** Powers of ten around all values, low enough that the least has a bar that can be seen. */
function decades(values: readonly number[]): readonly number[] {
  const from = Math.floor(Math.log10(Math.min(...values) / 3));
  const to = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
}

/** From zero to the highest value or above it, in three to five round steps. */
function steps(highest: number): readonly number[] {
  const power = 10 ** Math.floor(Math.log10(highest));
  const step = [0.2, 0.25, 0.5, 1, 2, 2.5]
    .map((part) => part * power)
    .find((size) => highest / size <= 5);
  if (step === undefined) throw new Error(`No axis reaches ${highest}.`);
  const count = Math.ceil(highest / step);
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(6)));
}

function axisNumber(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 6, ...shortened(value) });
}

/** Names of high powers of ten would touch each other. */
function shortened(value: number): Intl.NumberFormatOptions {
  return value >= 10_000 ? { notation: "compact" } : {};
}

function short(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
