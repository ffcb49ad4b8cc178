import { readFileSync } from "node:fs";
import { join } from "node:path";
import { wrapMarkdown } from "../markdown-lines.ts";
import {
  type Compared,
  compared,
  comparedOf,
  figureOf,
  figuresOf,
  type Measurements,
  times,
  written,
} from "./measurements.ts";
import { type Bar, drawBars, drawLines } from "./plots.ts";

/*
 * What the pages say of the benches' figures, written from docs/measurements alone: the numbers and
 * plots of docs/benchmarks.md, and the README's row of figures. `npm run bench:page` writes it, a
 * test holds the files against it.
 */

const root = join(import.meta.dirname, "../..");
const BEGIN = "<!-- begin generated: npm run bench:page -->";
const END = "<!-- end generated -->";
const CORE = "% of a core a stream";
/** Closer than this to its peer's, a figure counts as the same. */
const SAME = 1.03;

/** Path → contents of what the figures are in. */
export function benchPage(all: Measurements): ReadonlyMap<string, string> {
  const plots = plotsOf(all);
  return new Map([
    ["docs/benchmarks.md", withGenerated(pageOf("docs/benchmarks.md"), generatedOf(all, plots))],
    ["README.md", withRow(pageOf("README.md"), rowOf(all))],
    ...plots.map(({ name, svg }) => [`docs/images/${name}.svg`, svg] as const),
  ]);
}

function pageOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

function withGenerated(page: string, generated: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md needs ${BEGIN} and ${END}.`);
  return `${page.slice(0, from)}${BEGIN}\n\n${generated}\n\n${page.slice(to)}`;
}

function withRow(readme: string, row: string): string {
  const place = /^Measured on [\s\S]*?(?=\n\n)/m;
  if (!place.test(readme)) throw new Error('README.md needs a paragraph of "Measured on …".');
  return readme.replace(place, () => row);
}

interface NumberRow {
  readonly what: string;
  readonly figure: Compared;
  readonly isLessBetter: boolean;
}

export function numbersOf(all: Measurements): readonly NumberRow[] {
  const more = (what: string, figure: Compared) => ({ what, figure, isLessBetter: false });
  const less = (what: string, figure: Compared) => ({ what, figure, isLessBetter: true });
  const iam = (name: string) => comparedOf(all, "iam-requests", name, "requests/s");
  const media = (name: string, unit: string) => comparedOf(all, "media-ingest-server", name, unit);
  const put = "PUT 1 MiB, 8 connections, signed";
  const get = "GET 1 MiB, 8 connections, unsigned";
  return [
    less("Start until ready", comparedOf(all, "start", "start to ready")),
    more("`GetRole`", iam("GetRole")),
    more("`GetCallerIdentity`", iam("GetCallerIdentity")),
    more("`AssumeRole`", iam("AssumeRole")),
    more("`CreateRole`", iam("CreateRole")),
    more("Decisions of policies", comparedOf(all, "policy-decide", "decisions")),
    less("24 live streams", comparedOf(all, "media-ingest-live", "24 streams", CORE)),
    less("200 recorded streams", media("200 streams", CORE)),
    less("Memory with 200 recorded streams", media("200 streams", "MB")),
    less(
      "A chat message to one of 1,000 members",
      comparedOf(all, "ivs-chat", "a message to one of 1,000 members"),
    ),
    more("PUT of 1 MiB, 8 connections", comparedOf(all, "s3-objects", put)),
    more("GET of 1 MiB, 8 connections", comparedOf(all, "s3-objects", get)),
  ];
}

function verdictOf({ figure, isLessBetter }: NumberRow): string {
  const ratio = figure.value / figure.beside.value;
  const better = isLessBetter ? 1 / ratio : ratio;
  if (better < SAME && better > 1 / SAME) return "the same";
  return better > 1 ? `${times(better)} better` : `**${times(1 / better)} worse**`;
}

function generatedOf(all: Measurements, plots: readonly Plot[]): string {
  const rows = numbersOf(all).map((row) => {
    const { value, unit, beside } = row.figure;
    const cells = [row.what, verdictOf(row), `${written(value)} ${unit}`];
    return `| ${[...cells, `${beside.name}: ${written(beside.value)}`].join(" | ")} |`;
  });
  const runs = [...all.values()].map(
    ({ command, commit, measured }) => `| \`${command}\` | ${measured.slice(0, 10)} | ${commit} |`,
  );
  const machines = new Set(
    [...all.values()].map(({ machine }) =>
      [
        `${machine.processors} processors (${machine.model})`,
        `${machine.memoryGiB} GiB of memory`,
        machine.system,
        `Node ${machine.node}`,
      ].join(", "),
    ),
  );
  return [
    "## Twelve numbers",
    ["| what | ratio | Rolecast | peer |", "| --- | --- | --- | --- |", ...rows].join("\n"),
    "## Six plots",
    ...plots.map(({ name, title }) => `![${title}](images/${name}.svg)`),
    "## The runs",
    wrapMarkdown(`Machine: ${[...machines].join("; ")}.`),
    ["| command | measured | commit |", "| --- | --- | --- |", ...runs].join("\n"),
  ].join("\n\n");
}

function rowOf(all: Measurements): string {
  const getRole = comparedOf(all, "iam-requests", "GetRole");
  const stream = comparedOf(all, "media-ingest-server", "200 streams", CORE);
  const ready = figureOf(all, "start", "start to ready");
  const [moto, nginx] = [getRole, stream].map(({ beside }) => written(beside.value));
  const each = written(stream.value);
  const [processors] = [...all.values()].map(({ machine }) => machine.processors);
  return wrapMarkdown(
    [
      `Measured on ${processors} processors: ready in ${written(ready.value)} ms`,
      `${written(getRole.value)} signed and authorised \`GetRole\` a second (moto: ${moto})`,
      `${each} % of a core for each of 200 recorded streams (nginx-rtmp: ${nginx} %)`,
      "[more, with their methods](docs/benchmarks.md).",
    ].join(" · "),
  );
}

interface Beside {
  readonly count: number;
  readonly ratio: number;
}

interface Plot {
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

function plotsOf(all: Measurements): readonly Plot[] {
  const iam = figuresOf(all, "iam-requests").map(compared);
  const decisions = comparedOf(all, "policy-decide", "decisions");
  const objects = figuresOf(all, "s3-objects").map(compared);
  const puts = objects.filter(({ name }) => name.startsWith("PUT"));
  const gets = objects.filter(({ name }) => name.startsWith("GET"));
  const latencies = [
    figureOf(all, "stage-latency", "WHEP"),
    figureOf(all, "stage-latency", "stage"),
    figureOf(all, "hls-latency", "LL-HLS"),
    figureOf(all, "hls-latency", "HLS"),
  ];
  const delays = latencies.map(({ value }) => value);
  const [least, most] = [written(Math.min(...delays)), written(Math.max(...delays) / 1000)];
  const oftener = times(decisions.value / decisions.beside.value);
  const [putSpan, getSpan] = [spanOf(puts, percent), spanOf(gets, percent)];
  return [
    bars(
      "bench-requests",
      `Rolecast answers ${spanOf(iam, times)} as many requests as moto's server`,
      "requests per second, over 8 connections",
      iam.map((figure) => ({ name: figure.name, bars: pairOf(figure, "moto") })),
    ),
    lines(all, "bench-streams", CORE, "% of a core for each stream", ({ count, ratio, first }) =>
      [
        `A stream takes ${times(first.ratio)} the processor time of nginx-rtmp`,
        `with ${first.count}, ${times(ratio)} with ${count}`,
      ].join(" "),
    ),
    lines(
      all,
      "bench-memory",
      "MB",
      "MB of memory",
      ({ count, ratio }) =>
        `With ${count} recorded streams, Rolecast holds ${times(ratio)} the memory of nginx-rtmp`,
    ),
    bars(
      "bench-latency",
      `Viewers are ${least} ms to ${most} s behind, by how they watch`,
      "milliseconds",
      [
        {
          name: "",
          bars: latencies.map(({ name, value }) => ({ name, value, isPeer: false })),
        },
      ],
      true,
    ),
    bars(
      "bench-decisions",
      `Rolecast makes ${oftener} as many decisions as ${decisions.beside.name}`,
      "decisions per second",
      [{ name: "", bars: pairOf(decisions, decisions.beside.name) }],
      true,
    ),
    bars(
      "bench-objects",
      `Objects: PUT has ${putSpan} of a bare server's rate, GET ${getSpan}`,
      "objects of 1 MiB per second",
      objects.map((figure) => ({
        name: figure.name.replace(" 1 MiB", ""),
        bars: pairOf(figure, "bare server"),
      })),
    ),
  ];
}

function bars(
  name: string,
  title: string,
  unit: string,
  groups: Parameters<typeof drawBars>[0]["groups"],
  isLogarithmic = false,
): Plot {
  return { name, title, svg: drawBars({ title, unit, isLogarithmic, groups }) };
}

function lines(
  all: Measurements,
  name: string,
  figureUnit: string,
  unit: string,
  titleOf: (last: Beside & { readonly first: Beside }) => string,
): Plot {
  const points = figuresOf(all, "media-ingest-server")
    .filter((figure) => figure.unit === figureUnit)
    .map(compared)
    .map(({ name: count, value, beside }) => ({ count: Number.parseInt(count, 10), value, beside }))
    .sort((a, b) => a.count - b.count);
  const last = points.at(-1);
  if (!last) throw new Error(`media-ingest-server.json has no figure in ${figureUnit}.`);
  const [lowest = last] = points;
  const title = titleOf({ ...besideOf(last), first: besideOf(lowest) });
  const svg = drawLines({
    title,
    unit,
    across: "streams of 2.5 Mb/s",
    lines: [
      {
        name: "Rolecast",
        isPeer: false,
        points: points.map(({ count, value }) => [count, value] as const),
      },
      {
        name: last.beside.name,
        isPeer: true,
        points: points.map(({ count, beside }) => [count, beside.value] as const),
      },
    ],
  });
  return { name, title, svg };
}

function besideOf({
  count,
  value,
  beside,
}: Pick<Compared, "value" | "beside"> & { count: number }): Beside {
  return { count, ratio: value / beside.value };
}

function pairOf({ value, beside }: Compared, peer: string): readonly Bar[] {
  return [
    { name: "Rolecast", value, isPeer: false },
    { name: peer, value: beside.value, isPeer: true },
  ];
}

/** The least and the greatest ratio to the peer. */
function spanOf(figures: readonly Compared[], write: (ratio: number) => string): string {
  const ratios = figures.map(({ value, beside }) => value / beside.value);
  return `${write(Math.min(...ratios))} to ${write(Math.max(...ratios))}`;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
