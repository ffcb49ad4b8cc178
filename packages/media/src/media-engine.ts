import { StreamEngine } from "./engine/stream-engine.ts";
import { TcpListeners } from "./ingest/connection-source.ts";
import { makeProtocols, type ProtocolMakers } from "./ingest/protocol.ts";
import type { MediaEngine } from "./port/handle.ts";
import type { MediaHost } from "./port/host.ts";
import { defaultMediaLimits } from "./port/limits.ts";
import type { MediaEngineOptions } from "./port/options.ts";
import { TranscodeCapacity } from "./transcode/transcode-capacity.ts";
import { ingestProtocols } from "./transport/protocols.ts";
import { WorkerPool } from "./workers/worker-pool.ts";

/**
 * Makes an engine in this process, or in as many processes of its own as `workers` says. It asks
 * `host`, and reports to it. Workers run the protocols of `ingestProtocols` alone; others than
 * those run in this process.
 */
export function createMediaEngine(
  options: MediaEngineOptions,
  host: MediaHost,
  makers: ProtocolMakers = ingestProtocols,
): MediaEngine {
  const limits = { ...defaultMediaLimits, ...options.limits };
  const protocols = makeProtocols(makers, { ...options, limits });
  if ((options.workers ?? 0) > 0) {
    return new WorkerPool(options, host, protocols);
  }
  const engine: StreamEngine = new StreamEngine(options, host, {
    protocols,
    connections: new TcpListeners({
      host: options.host,
      paused: false,
      onFailed: () => engine.connectionFailed(),
    }),
    capacity: new TranscodeCapacity(options.transcodeCores ?? 0),
  });
  return engine;
}
