/** A value of a metric at a time, as a service measures it. */
export interface MetricSample {
  readonly accountId: string;
  readonly region: string;
  /** `AWS/IVS`. */
  readonly namespace: string;
  readonly name: string;
  /** CloudWatch's, e.g. `Bits/Second`, `Count`, `Seconds`. */
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly atMs: number;
}

/** Takes services' measurements. Never fails and never waits. */
export interface MetricSink {
  put(samples: readonly MetricSample[]): void;
}
