import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as cloudwatch from "@aws-sdk/client-cloudwatch";
import { SmithyRpcV2CborProtocol } from "@smithy/core/cbor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { awsCli, hasAwsCli, NO_AWS_CLI } from "../../support/aws-cli.ts";
import { ROOT, startTestServer, type TestServer } from "../../support/test-server.ts";

const NAMESPACE = "Studio";
const END = new Date(Math.floor(Date.now() / 60_000) * 60_000);
const START = new Date(END.getTime() - 10 * 60_000);

/** The JavaScript SDK's own choice, and that of the SDKs for Go, Java and .NET. */
const PROTOCOLS = [
  ["AWS JSON", {}],
  // This client's length of a compressed body is that of the body before.
  ["Smithy RPC v2 CBOR", { protocol: SmithyRpcV2CborProtocol, disableRequestCompression: true }],
] as const;

let server: TestServer;
let client: cloudwatch.CloudWatchClient;

function put(minute: number, value: number, camera = "one") {
  return client.send(
    new cloudwatch.PutMetricDataCommand({
      Namespace: NAMESPACE,
      MetricData: [
        {
          MetricName: "Dropped",
          Timestamp: new Date(START.getTime() + minute * 60_000),
          Value: value,
          Unit: "Count",
          Dimensions: [{ Name: "Camera", Value: camera }],
        },
      ],
    }),
  );
}

const METRIC = {
  Namespace: NAMESPACE,
  MetricName: "Dropped",
  Dimensions: [{ Name: "Camera", Value: "one" }],
};

describe.each(PROTOCOLS)("metrics in %s", (_name, protocol) => {
  const connect = (credentials: { accessKeyId: string; secretAccessKey: string }) =>
    new cloudwatch.CloudWatchClient({
      endpoint: server.endpoint,
      region: "us-east-1",
      credentials,
      maxAttempts: 1,
      ...protocol,
    });

  beforeAll(async () => {
    server = await startTestServer();
    client = connect(ROOT);
    for (const [minute, value] of [
      [0, 1],
      [0, 3],
      [1, 5],
      [6, 7],
    ] as const) {
      await put(minute, value);
      // Reading writes what came before: the next value of a minute meets the first one in the
      // database.
      await client.send(new cloudwatch.ListMetricsCommand({}));
    }
    await put(0, 100, "two");
  });
  afterAll(() => server?.close());

  test("a stranger and an operation that isn't there are refused by their names", async () => {
    const stranger = connect({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" });
    await expect(stranger.send(new cloudwatch.ListMetricsCommand({}))).rejects.toMatchObject({
      name: "UnrecognizedClientException",
      $metadata: { httpStatusCode: 400 },
    });
    await expect(client.send(new cloudwatch.ListMetricStreamsCommand({}))).rejects.toMatchObject({
      name: "NotImplemented",
    });
  });

  test("come back as statistics of periods, of the dimensions asked for alone", async () => {
    const { Datapoints = [] } = await client.send(
      new cloudwatch.GetMetricStatisticsCommand({
        ...METRIC,
        StartTime: START,
        EndTime: END,
        Period: 60,
        Statistics: ["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
      }),
    );
    expect(Datapoints[0]).toMatchObject({
      Timestamp: START,
      Sum: 4,
      Average: 2,
      Minimum: 1,
      Maximum: 3,
      SampleCount: 2,
      Unit: "Count",
    });
    expect(Datapoints.map(({ Sum }) => Sum)).toEqual([4, 5, 7]);
    const inBytes = {
      ...METRIC,
      StartTime: START,
      EndTime: END,
      Period: 60,
      Unit: "Bytes" as const,
    };
    const others = new cloudwatch.GetMetricStatisticsCommand({ ...inBytes, Statistics: ["Sum"] });
    expect((await client.send(others)).Datapoints).toEqual([]);
  });

  test("GetMetricData comes in pages of datapoints", async () => {
    const query = (Id: string, MetricName = "Dropped") => ({
      ...{ Id, MetricStat: { Metric: { ...METRIC, MetricName }, Period: 60, Stat: "Sum" } },
    });
    const pages: unknown[] = [];
    const input = {
      ...{ StartTime: START, EndTime: END, MaxDatapoints: 2 },
      MetricDataQueries: [query("a"), query("none", "Other"), query("b")],
    };
    for await (const page of cloudwatch.paginateGetMetricData({ client }, input))
      pages.push(page.MetricDataResults?.map((one) => [one.Id, one.StatusCode, one.Values]));
    expect(pages).toEqual([
      [
        ["a", "PartialData", [7, 5]],
        ["none", "Complete", []],
      ],
      [
        ["a", "Complete", [4]],
        ["b", "PartialData", [7]],
      ],
      [["b", "Complete", [5, 4]]],
    ]);
  });

  const stat = { Metric: METRIC, Period: 60, Stat: "Sum" };
  test.each<[string, object]>([
    ["The parameter EndTime must be greater than StartTime.", { StartTime: END, EndTime: START }],
    ["The parameter StartTime must not equal parameter EndTime.", { StartTime: END }],
    [
      "The value for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.",
      { MetricDataQueries: [{ Id: "A", MetricStat: stat }] },
    ],
    [
      "The values for parameter id in MetricDataQueries are not unique.",
      { MetricDataQueries: [1, 2].map(() => ({ Id: "a", MetricStat: stat })) },
    ],
    [
      "The parameters MetricDataQueries.member.1.Expression and MetricDataQueries.member.1.MetricStat are mutually exclusive",
      { MetricDataQueries: [{ Id: "a", MetricStat: stat, Expression: "1" }] },
    ],
    [
      "The parameters MetricDataQueries.member.1.Period and MetricDataQueries.member.1.MetricStat are mutually exclusive",
      { MetricDataQueries: [{ Id: "a", MetricStat: stat, Period: 60 }] },
    ],
  ])("GetMetricData refuses: %s", async (reason, wrong) => {
    const right = { StartTime: START, EndTime: END, MetricDataQueries: [] };
    await expect(
      client.send(new cloudwatch.GetMetricDataCommand({ ...right, ...wrong })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringContaining(reason),
    });
  });

  test("GetMetricData gives the newest first, and joins minutes to longer periods", async () => {
    const stat = { Metric: METRIC, Period: 300, Stat: "Maximum" };
    const query = { MetricDataQueries: [{ Id: "m", MetricStat: stat }] };
    const range = { StartTime: START, EndTime: END };
    const aligned = START.getTime() % 300_000 === 0;
    const { MetricDataResults } = await client.send(
      new cloudwatch.GetMetricDataCommand({ ...query, ...range }),
    );
    const [result] = MetricDataResults ?? [];
    expect(result).toMatchObject({ Id: "m", Label: "Dropped", StatusCode: "Complete" });
    expect(result?.Values?.[0]).toBe(7);
    expect(result?.Values?.length).toBe(aligned ? 2 : (result?.Values?.length ?? 0));
    expect(result?.Timestamps?.[0]?.getTime()).toBeGreaterThan(
      result?.Timestamps?.[1]?.getTime() ?? 0,
    );
  });

  test("GetMetricData computes expressions of metrics and of one another", async () => {
    const get = async (queries: cloudwatch.MetricDataQuery[]) => {
      const input = { StartTime: START, EndTime: END, MetricDataQueries: queries };
      const { MetricDataResults } = await client.send(new cloudwatch.GetMetricDataCommand(input));
      return MetricDataResults?.map(({ Id, Label, Values }) => [Id, Label, ...(Values ?? [])]);
    };
    const m = { Id: "m", MetricStat: { Metric: METRIC, Period: 60, Stat: "Sum" } };
    const hidden = { ...m, ReturnData: false };
    expect(
      await get([
        { Id: "e", Expression: "half * 2 + 1", Label: "twice" },
        hidden,
        { Id: "half", Expression: "m / 2" },
        { Id: "big", Expression: "IF(m > 4, m)", ReturnData: false },
        { Id: "all", Expression: "METRICS() - MIN(big)" },
      ]),
    ).toEqual([
      ["e", "twice", 8, 6, 5],
      ["half", "half", 3.5, 2.5, 2],
      ["all", "all", 2, 0, -1],
    ]);
    const two = { ...m, Id: "n", MetricStat: { ...m.MetricStat, Stat: "Maximum" } };
    const both = await get([
      hidden,
      { ...two, ReturnData: false },
      { Id: "e", Expression: "[m, n]" },
    ]);
    expect(both?.map(([Id, Label]) => [Id, Label])).toEqual([
      ["e", "Dropped Sum"],
      ["e", "Dropped Maximum"],
    ]);
    const constant = await get([{ Id: "e", Expression: "TIME_SERIES(3)", Period: 60 }]);
    expect(constant?.[0]?.slice(2)).toContain(3);
    const long = { ...m, Id: "n", MetricStat: { ...m.MetricStat, Period: 300 } };
    const sum = { Id: "e", Expression: "m + n" };
    await expect(get([m, long, sum])).rejects.toThrow("no metrics of different periods");
    await expect(get([m, sum])).rejects.toMatchObject({
      name: "ValidationException",
      message: "Error in expression 'e': There is no metric with the id n",
    });
  });

  test("percentiles are of all values of a period, where they are known", async () => {
    const at = (minute: number) => new Date(START.getTime() + minute * 60_000);
    const set = { SampleCount: 2, Sum: 3, Minimum: 1, Maximum: 2 };
    const datum = (minute: number, more: object) => ({
      ...{ MetricName: "Spread", Timestamp: at(minute), Unit: "Count" as const, ...more },
    });
    const MetricData = [
      datum(0, { Values: [1, 2, 3], Counts: [1, 1, 2] }),
      datum(0, { Value: 10 }),
      datum(1, { StatisticValues: set }),
      datum(2, { StatisticValues: { ...set, Sum: 4, Minimum: 2 } }),
      datum(3, { Values: [-1, 5] }),
    ];
    const Namespace = "Spread";
    await client.send(new cloudwatch.PutMetricDataCommand({ Namespace, MetricData }));
    const asked = { Namespace, MetricName: "Spread", StartTime: START, EndTime: END, Period: 60 };
    const { Datapoints = [] } = await client.send(
      new cloudwatch.GetMetricStatisticsCommand({ ...asked, ExtendedStatistics: ["p50", "p99.9"] }),
    );
    const shown = Datapoints.toSorted((a, b) => Number(a.Timestamp) - Number(b.Timestamp));
    expect(shown).toEqual([
      { Timestamp: at(0), Unit: "Count", ExtendedStatistics: { p50: 3, "p99.9": 10 } },
      { Timestamp: at(2), Unit: "Count", ExtendedStatistics: { p50: 2, "p99.9": 2 } },
    ]);
    const Metric = { Namespace, MetricName: "Spread" };
    const query = { Id: "m", MetricStat: { Metric, Period: 60, Stat: "p25" } };
    const input = { StartTime: START, EndTime: END, MetricDataQueries: [query] };
    const found = await client.send(new cloudwatch.GetMetricDataCommand(input));
    expect(found.MetricDataResults?.[0]?.Values).toEqual([2, 2]);
  });

  test("ListMetrics filters by namespace, name and dimensions", async () => {
    const list = async (input: cloudwatch.ListMetricsCommandInput) =>
      (await client.send(new cloudwatch.ListMetricsCommand(input))).Metrics ?? [];
    expect(await list({ Namespace: NAMESPACE })).toHaveLength(2);
    expect(await list({ Dimensions: [{ Name: "Camera", Value: "two" }] })).toHaveLength(1);
    expect(await list({ Namespace: "Other" })).toEqual([]);
  });

  test("values of different units are different datapoints", async () => {
    const MetricData = (["Bytes", "Seconds"] as const).map((Unit, index) => ({
      ...{ MetricName: "Mixed", Value: index + 1, Unit, Timestamp: START },
    }));
    await client.send(new cloudwatch.PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
    const asked = { Namespace: NAMESPACE, MetricName: "Mixed", StartTime: START, EndTime: END };
    const { Datapoints = [] } = await client.send(
      new cloudwatch.GetMetricStatisticsCommand({ ...asked, Period: 60, Statistics: ["Sum"] }),
    );
    expect(Datapoints.map(({ Unit, Sum }) => [Unit, Sum]).sort()).toEqual([
      ["Bytes", 1],
      ["Seconds", 2],
    ]);
    const listed = await client.send(new cloudwatch.ListMetricsCommand({ MetricName: "Mixed" }));
    expect(listed.Metrics).toHaveLength(1);
  });

  test("GetMetricData gives the first of several units with a message, and labels that tell queries apart", async () => {
    const Metric = { Namespace: NAMESPACE, MetricName: "Mixed" };
    const asked = (...stats: [Stat: string, Period: number, Unit?: "Seconds"][]) =>
      client.send(
        new cloudwatch.GetMetricDataCommand({
          ...{ StartTime: START, EndTime: END },
          MetricDataQueries: stats.map(([Stat, Period, Unit], index) => ({
            ...{ Id: `q${index}`, MetricStat: { Metric, Stat, Period, Unit } },
          })),
        }),
      );
    const { MetricDataResults: mixed } = await asked(["Sum", 60]);
    expect(mixed).toMatchObject([
      {
        ...{ Label: "Mixed", Values: [1], StatusCode: "Complete" },
        Messages: [{ Code: "MultipleUnits", Value: "Multiple units returned: '[Bytes, Seconds]'" }],
      },
    ]);
    const labels = async (...stats: Parameters<typeof asked>) =>
      (await asked(...stats)).MetricDataResults?.map(({ Label, Values }) => [
        Label,
        ...(Values ?? []),
      ]);
    expect(await labels(["Sum", 60, "Seconds"], ["Minimum", 300, "Seconds"])).toEqual([
      ["Mixed Sum 60", 2],
      ["Mixed Minimum 300", 2],
    ]);
    expect(await labels(["Sum", 60, "Seconds"], ["Sum", 300, "Seconds"])).toEqual([
      ["Mixed 60", 2],
      ["Mixed 300", 2],
    ]);
  });

  test("what SDKs compress is read, within the limit of what isn't compressed", async () => {
    const many = (count: number, pad: number) =>
      Array.from({ length: count }, (_, index) => ({
        ...{ MetricName: "Packed", Value: index },
        Dimensions: [{ Name: "Padding", Value: "x".repeat(pad) }],
      }));
    const send = (MetricData: cloudwatch.MetricDatum[]) =>
      client.send(new cloudwatch.PutMetricDataCommand({ Namespace: NAMESPACE, MetricData }));
    await send(many(300, 100));
    const { Metrics = [] } = await client.send(
      new cloudwatch.ListMetricsCommand({ MetricName: "Packed" }),
    );
    expect(Metrics[0]?.Dimensions?.[0]?.Value).toHaveLength(100);
    await expect(send(many(1_000, 1_024))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 413 },
    });
  });

  test("a thousand metrics are taken with ten dimensions each, and fewer with more", async () => {
    const wide = (metrics: number, dimensions: number) => {
      const Dimensions = Array.from({ length: dimensions }, (_, index) => ({
        ...{ Name: `d${index}`, Value: "v" },
      }));
      const of = (index: number) => ({ MetricName: `Wide${index}`, Value: 1, Dimensions });
      const MetricData = Array.from({ length: metrics }, (_, index) => of(index));
      return client.send(new cloudwatch.PutMetricDataCommand({ Namespace: "Wide", MetricData }));
    };
    await wide(1_000, 10);
    await wide(300, 30);
    await expect(wide(1_000, 30)).rejects.toMatchObject({
      name: "SerializationException",
      message: "The request body has too many values.",
    });
  });

  const whole = { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 };
  test.each<[string, Partial<cloudwatch.MetricDatum>]>([
    ["Value", { Value: 2 ** 361 }],
    ["Values.member.2", { Values: [1, -1e300] }],
    ["Counts.member.1", { Values: [1], Counts: [-5] }],
    ["Counts must be of the same size.", { Values: [1, 2], Counts: [1] }],
    ["Values must not have a size greater than 150", { Values: Array(151).fill(1) }],
    ["StatisticValues.Sum", { StatisticValues: { ...whole, Sum: Number.NaN } }],
    ["StatisticValues.SampleCount", { StatisticValues: { ...whole, SampleCount: -1 } }],
    ["StatisticValues.Maximum", { StatisticValues: { ...whole, Maximum: Infinity } }],
  ])("a datum is refused for its %s", async (member, datum) => {
    const MetricData = [{ MetricName: "Refused", ...datum }];
    await expect(
      client.send(new cloudwatch.PutMetricDataCommand({ Namespace: NAMESPACE, MetricData })),
    ).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message: expect.stringContaining(`MetricData.member.1.${member}`),
    });
  });

  const named = (Name: string, Value: string) => ({ Dimensions: [{ Name, Value }] });
  const MEMBER = "MetricData.member.1.";
  const DIMENSION = `${MEMBER}Dimensions.member.1.`;
  test.each<[string, string, Partial<cloudwatch.MetricDatum>]>([
    ["MissingParameter", `The parameter ${DIMENSION}Value is required.`, named("Camera", "")],
    [
      "MissingParameter",
      `The parameter ${DIMENSION}Name is required.\nThe parameter ${DIMENSION}Value is required.`,
      named(" ", " "),
    ],
    ["MissingParameter", `The parameter ${MEMBER}MetricName is required.`, { MetricName: "" }],
    [
      "InvalidParameterValue",
      `The value for parameter ${DIMENSION}Value contains non-ASCII characters.\n` +
        `The parameter ${DIMENSION}Value must be shorter than 1025 characters.`,
      named("Camera", "ä".repeat(1_025)),
    ],
    [
      "InvalidParameterValue",
      `The value :Camera for parameter ${DIMENSION}Name is invalid.`,
      named(":Camera", "one"),
    ],
  ])("a datum's names are refused with %s: %s", async (name, message, datum) => {
    const MetricData = [{ MetricName: "Refused", Value: 1, ...datum }];
    await expect(
      client.send(new cloudwatch.PutMetricDataCommand({ Namespace: NAMESPACE, MetricData })),
    ).rejects.toMatchObject({ name: expect.stringContaining(name.slice(0, 7)), message });
  });

  test("there are no data to put", async () => {
    const command = new cloudwatch.PutMetricDataCommand({ Namespace: NAMESPACE, MetricData: [] });
    await expect(client.send(command)).rejects.toThrow("The parameter MetricData is required.");
  });

  test.each(["Values", "StatisticValues"])("a datum has no %s beside its value", async (other) => {
    const datum = { MetricName: "Refused", Value: 1, [other]: other === "Values" ? [1] : whole };
    const command = new cloudwatch.PutMetricDataCommand({
      ...{ Namespace: NAMESPACE, MetricData: [datum] },
    });
    await expect(client.send(command)).rejects.toMatchObject({
      name: "InvalidParameterCombinationException",
      message: `The parameters MetricData.member.1.Value and MetricData.member.1.${other} are mutually exclusive and you have specified both.`,
    });
  });

  test("data of entities are kept, and named where they are refused", async () => {
    const Entity = { KeyAttributes: { Type: "Service", Name: "studio" } };
    const asked = { StrictEntityValidation: true };
    const send = (datum: cloudwatch.MetricDatum, count = 1, strict: object = asked) =>
      client.send(
        new cloudwatch.PutMetricDataCommand({
          ...{ Namespace: NAMESPACE, MetricData: Array(count - 1).fill(datum), ...strict },
          EntityMetricData: [{ Entity, MetricData: [datum] }],
        }),
      );
    await send({ MetricName: "Entity", Value: 1 });
    await expect(send({ MetricName: "Entity", Value: 1 }, 1, {})).rejects.toMatchObject({
      message: "The parameter StrictEntityValidation is required.",
    });
    await expect(send({ MetricName: "Entity", Value: 1 }, 1_001)).rejects.toMatchObject({
      message: "The collection MetricData must not have a size greater than 1000.",
    });
    const listed = await client.send(new cloudwatch.ListMetricsCommand({ MetricName: "Entity" }));
    expect(listed.Metrics).toHaveLength(1);
    await expect(
      send({ MetricName: "Entity", Value: 1, Timestamp: new Date(0) }),
    ).rejects.toMatchObject({
      message: expect.stringContaining("EntityMetricData.member.1.MetricData.member.1.Timestamp"),
    });
  });

  test("a time that is too long ago or to come is refused, and nothing of the request is kept", async () => {
    for (const days of [-15, 1]) {
      const Timestamp = new Date(Date.now() + days * 86_400_000);
      const MetricData = [
        { MetricName: "Kept", Value: 1 },
        { MetricName: "Kept", Value: 1, Timestamp },
      ];
      await expect(
        client.send(new cloudwatch.PutMetricDataCommand({ Namespace: NAMESPACE, MetricData })),
      ).rejects.toMatchObject({ name: "InvalidParameterValueException" });
    }
    const kept = await client.send(new cloudwatch.ListMetricsCommand({ MetricName: "Kept" }));
    expect(kept.Metrics).toEqual([]);
  });

  test("what can't be answered is refused with the reason", async () => {
    const input = { ...METRIC, StartTime: START, EndTime: END, Statistics: ["Sum" as const] };
    const statistics = (Period: number, more: object = {}) =>
      client.send(new cloudwatch.GetMetricStatisticsCommand({ ...input, Period, ...more }));
    await expect(statistics(7)).rejects.toMatchObject({
      name: "InvalidParameterValueException",
      message: expect.stringContaining("Period"),
    });
    await expect(statistics(60, { StartTime: END, EndTime: START })).rejects.toThrow("StartTime");
    await expect(
      client.send(new cloudwatch.PutMetricDataCommand({ Namespace: "AWS/IVS", MetricData: [] })),
    ).rejects.toThrow("AWS/");
  });

  test.skipIf(!hasAwsCli)(`the AWS CLI reads the same (${NO_AWS_CLI})`, async () => {
    const { stdout } = await promisify(execFile)(
      await awsCli(),
      [
        ...[
          "cloudwatch",
          "get-metric-statistics",
          "--namespace",
          NAMESPACE,
          "--metric-name",
          "Dropped",
        ],
        ...["--dimensions", "Name=Camera,Value=one", "--statistics", "Sum", "--period", "60"],
        ...[
          "--start-time",
          START.toISOString(),
          "--end-time",
          END.toISOString(),
          "--output",
          "json",
        ],
      ],
      {
        env: {
          ...process.env,
          AWS_ENDPOINT_URL: server.endpoint,
          AWS_ACCESS_KEY_ID: "test",
          AWS_SECRET_ACCESS_KEY: "test",
          AWS_REGION: "us-east-1",
        },
      },
    );
    const { Datapoints } = JSON.parse(stdout) as { Datapoints: { Sum: number }[] };
    expect(Datapoints.map(({ Sum }) => Sum).sort()).toEqual([4, 5, 7]);
  });
});
