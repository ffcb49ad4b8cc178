import { describe, expect, test } from "vitest";
import { MathFrame, type Series } from "./math-values.ts";
import { RequestMath } from "./request-math.ts";

const MINUTE_MS = 60_000;
/** A Saturday. */
const FROM_MS = Date.parse("2026-11-28T12:00:00Z");

/** Five minutes' values; `-` is none. */
function series(text: string, label: string): Series {
  const entries = text
    .split(" ")
    .map((value, index) => [FROM_MS + index * MINUTE_MS, Number(value)] as const)
    .filter(([, value]) => !Number.isNaN(value));
  return { label, points: new Map(entries), periodSeconds: 60 };
}

const METRICS = {
  m1: "30 20 0 0 -",
  m2: "20 - 20 - -",
  one: "1 1 0 0 -",
  two: "30 - 0 0 30",
  three: "0 0 20 - 20",
  errors: "1 - 2 - 4",
  none: "- - - - -",
};

function math(expressions: Readonly<Record<string, string>>) {
  const metrics = Object.entries(METRICS).map(
    ([id, text]) => [id, series(text, id.toUpperCase())] as const,
  );
  return new RequestMath({
    ...{ fromMs: FROM_MS, toMs: FROM_MS + 5 * MINUTE_MS, periodMs: MINUTE_MS },
    metrics: new Map(metrics),
    expressions: new Map(Object.entries(expressions)),
  });
}

function all(of: RequestMath, id: string): readonly Series[] {
  const computing = of.seriesOf(id);
  for (;;) {
    const { done, value } = computing.next();
    if (done) return value;
  }
}

/** The series of an expression, each as text. */
function computed(expression: string): string[] {
  return all(math({ e: expression }), "e").map(({ points }) =>
    [0, 1, 2, 3, 4].map((index) => points.get(FROM_MS + index * MINUTE_MS) ?? "-").join(" "),
  );
}

// The first of them are the user guide's own tables.
test.each([
  ["m1 < m2", "0 0 1 0 -"],
  ["(m1 >= 30)", "1 0 0 0 -"],
  ["m1 > 15 AND m2 > 15", "1 0 0 0 -"],
  ["IF(one, two, three)", "30 0 20 - -"],
  ["IF(one, 5, three)", "5 5 20 - -"],
  ["IF(one, two, 5)", "30 0 5 5 -"],
  ["IF(one, two)", "30 0 - - -"],
  ["IF(1 == 1, two, three)", "30 - 0 0 30"],
  ["IF(0, two)", "- - - - -"],
  ["m1 + m2", "50 20 20 0 -"],
  ["m1 - m2 - m2", "-10 20 -40 0 -"],
  ["m1 / m2", "1.5 - 0 - -"],
  ["100 / m1", `${100 / 30} 5 - - -`],
  ["-m1 * 2 + 1", "-59 -39 1 1 -"],
  ["2 ^ errors ^ 1", "2 - 4 - 16"],
  ["-2 ^ 2 * errors", "-4 - -8 - -16"],
  ["m1 == 0 || m2 == 20", "1 0 1 1 -"],
  ["SUM([m1, m2])", "50 20 20 0 -"],
  ["AVG([m1, m2])", "25 10 10 0 -"],
  ["MAX([m1, m2])", "30 20 20 0 -"],
  ["MIN([m1, m2])", "20 20 0 0 -"],
  ["DATAPOINT_COUNT([m1, m2])", "2 1 2 1 -"],
  ["m1 - AVG(m1)", "17.5 7.5 -12.5 -12.5 -"],
  ["m1 / MAX(m1) * SUM(errors)", `7 ${(20 / 30) * 7} 0 0 -`],
  ["m1 * STDDEV(one)", "15 10 0 0 -"],
  ["m1 / PERIOD(m1)", `0.5 ${20 / 60} 0 0 -`],
  ["ABS(m2 - m1)", "10 20 20 0 -"],
  ["CEIL(m1 / 7) + FLOOR(m1 / 7)", "9 5 0 0 -"],
  ["LOG10(m1 / 3)", `1 ${Math.log10(20 / 3)} - - -`],
  ["DIFF(errors)", "- - 1 - 2"],
  ["DIFF_TIME(errors)", "- - 120 - 120"],
  ["RATE(errors) * 120", "- - 1 - 2"],
  ["RUNNING_SUM(errors)", "1 - 3 - 7"],
  ["FILL(errors, 0)", "1 0 2 0 4"],
  ["FILL(errors, m1)", "1 20 2 0 4"],
  ["FILL(m2, REPEAT)", "20 20 20 20 20"],
  ["FILL(errors, LINEAR)", "1 1.5 2 3 4"],
  ["FILL(m2, LINEAR)", "20 20 20 - -"],
  ["TIME_SERIES(MAX(m1))", "30 30 30 30 30"],
  ["MINUTE(m1)", "0 1 2 3 4"],
  ["DAY(m1) * 100 + HOUR(m1)", "612 612 612 612 612"],
  ["YEAR(m1) * 10000 + MONTH(m1) * 100 + DATE(m1)", Array(5).fill("20261128").join(" ")],
  ["IF(DAY(m1) < 6, m1)", "- - - - -"],
  ["FIRST(SORT([m2, m1, none], AVG, DESC))", "20 - 20 - -"],
  ["LAST(SORT([m2, m1, none], SUM, ASC))", "- - - - -"],
  ["m1 / METRIC_COUNT(METRICS())", "30 20 0 0 -".replace("30 20", `${30 / 7} ${20 / 7}`)],
  ["SUM(METRICS('m')) + 1e1", "60 30 30 10 -"],
])("%s", (expression, expected) => {
  expect(computed(expression)).toEqual([expected]);
});

test("an expression may be several series, each with its metric's label", () => {
  expect(computed("[m1, m2] * 2")).toEqual(["60 40 0 0 -", "40 - 40 - -"]);
  expect(computed("REMOVE_EMPTY([none, m2])")).toEqual(["20 - 20 - -"]);
  expect(computed("SLICE(SORT(METRICS('m'), MIN, DESC, 2), 1)")).toEqual(["30 20 0 0 -"]);
  const labels = all(math({ e: "100 / METRICS('m')" }), "e").map(({ label }) => label);
  expect(labels).toEqual(["M1", "M2"]);
});

test("expressions name one another", () => {
  const { points } = all(math({ e: "f + 1", f: "g * 2", g: "m1" }), "e")[0] ?? {};
  expect([...(points ?? new Map()).values()]).toEqual([61, 41, 1, 1]);
});

describe("refused", () => {
  test.each([
    ["", "Unexpected 'end of the expression'"],
    ["m1 +", "Unexpected 'end of the expression'"],
    ["m1 m2", "Unexpected 'm2'"],
    ["(m1", "Unexpected 'end of the expression'"],
    ["m1 ? 1", "Unexpected '? 1'"],
    ["sum(m1)", "Function 'sum' not found"],
    ["SEARCH('x', 'Sum')", "Function 'SEARCH' not found"],
    ["ANOMALY_DETECTION_BAND(m1)", "Function 'ANOMALY_DETECTION_BAND' not found"],
    ["m9", "There is no metric with the id m9"],
    ["AVG(m1)", "it is a number"],
    ["SUM(1)", "Function 'SUM' takes a time series"],
    ["FILL(m1)", "Function 'FILL' takes"],
    ["FILL(m1, ELSE)", "Function 'FILL' takes"],
    ["PERIOD(m1 + 1)", "Function 'PERIOD' takes a metric"],
    ["[m1] + [m2]", "Two arrays"],
    ["[1]", "An array has time series"],
    ["IF(m1)", "Function 'IF' takes"],
    ["SORT([m1], MEDIAN, ASC)", "Function 'SORT' takes"],
    ["'a' + 1", "'a' is no number"],
    ["constructor(m1)", "Function 'constructor' not found"],
    [`${"(".repeat(60)}m1${")".repeat(60)}`, "nested too deep"],
    [`${"-".repeat(60)}m1`, "nested too deep"],
  ])("%s", (expression, reason) => {
    expect(() => computed(expression)).toThrow(`Error in expression 'e': `);
    expect(() => computed(expression)).toThrow(reason);
  });

  test("a circle", () => {
    expect(() => all(math({ e: "f", f: "e + 1" }), "e")).toThrow("comes back to itself");
  });

  const PERIODS = 60_000;
  const long = (expression: string, periods = PERIODS) =>
    new RequestMath({
      ...{ fromMs: 0, toMs: periods, periodMs: 1 },
      metrics: new Map([
        [
          "m",
          { label: "m", points: new Map(Array.from({ length: PERIODS }, (_, at) => [at, at])) },
        ],
      ]),
      expressions: new Map([["e", expression]]),
    });

  test.each([
    ["all together", Array(100).fill("m").join(" + 0 * ")],
    ["one operator", "m + m"],
    ["an array's series", "SUM([m, m])"],
    ["what stands beside an array", "[FIRST(METRICS()), FIRST(METRICS())] + m"],
    ["times alone", "FILL(m, REPEAT)", 4e12],
  ])("too much work: %s", (_what, expression, periods = PERIODS) => {
    expect(() => all(long(expression, periods), "e")).toThrow("too much work");
  });

  test("times are counted before the first of them", () => {
    const periodMs = 1;
    const frame = new MathFrame({ fromMs: 0, toMs: 4e12, periodMs });
    frame.begin([]);
    expect(() => frame.times()[Symbol.iterator]().next()).toThrow("too much work");
  });
});

test("others get turns while much is computed", () => {
  const points = new Map(Array.from({ length: 10_000 }, (_, at) => [at, at] as const));
  const many = new RequestMath({
    ...{ fromMs: 0, toMs: 10_000, periodMs: 1 },
    metrics: new Map([["m", { label: "m", points }]]),
    expressions: new Map([["e", Array(11).fill("m").join(" * 2 + ")]]),
  });
  const computing = many.seriesOf("e");
  let turns = 0;
  while (!computing.next().done) turns += 1;
  // Each operator goes through one series or two: three for each " * 2 + m".
  expect(turns).toBeGreaterThanOrEqual(8);
});
