import type { EngineHealth } from "../port/handle.ts";

interface WorkerHealth {
  readonly pid: number;
  readonly health: EngineHealth;
}

/** Members that the main process knows by itself. */
type Own = Pick<
  EngineHealth,
  "listening" | "ffmpeg" | "transcodeCores" | "connections" | "refusedPublishes" | "segmentBytes"
> & { readonly workerRestarts: number };

/** The health of the engine that several workers are. */
export function sumOfHealth(workers: readonly WorkerHealth[], own: Own): EngineHealth {
  const sum = (of: (health: EngineHealth) => number): number =>
    workers.reduce((total, { health }) => total + of(health), 0);
  return {
    ...own,
    transcodes: sum(({ transcodes }) => transcodes),
    transcodeCoresUsed: sum(({ transcodeCoresUsed }) => transcodeCoresUsed),
    connections: own.connections + sum(({ connections }) => connections),
    streams: sum(({ streams }) => streams),
    protocolErrors: sum(({ protocolErrors }) => protocolErrors),
    refusedPublishes: own.refusedPublishes + sum((health) => health.refusedPublishes),
    segmentBytes: own.segmentBytes + sum(({ segmentBytes }) => segmentBytes),
    recordingPendingBytes: sum(({ recordingPendingBytes }) => recordingPendingBytes),
    recordingSpilledBytes: sum(({ recordingSpilledBytes }) => recordingSpilledBytes),
    workers: workers.map(({ pid, health }) => ({
      pid,
      connections: health.connections,
      streams: health.streams,
    })),
  };
}
