import { StreamEngine } from "./engine/stream-engine.ts";
import type { MediaEngine } from "./port/handle.ts";
import type { MediaHost } from "./port/host.ts";
import type { MediaEngineOptions } from "./port/options.ts";
import { TranscodeCapacity } from "./transcode/transcode-capacity.ts";
import { IngestListener } from "./transport/rtmp/ingest-listener.ts";
import { srtListener } from "./transport/srt/srt-listener.ts";
import { WorkerPool } from "./workers/worker-pool.ts";

/**
 * Makes an engine in this process, or in as many processes of its own as `workers` says. `host` is asked and told as
 * `MediaHost` says.
 */
export function createMediaEngine(options: MediaEngineOptions, host: MediaHost): MediaEngine {
  if ((options.workers ?? 0) > 0) {
    return new WorkerPool(options, host);
  }
  return new StreamEngine(options, host, {
    door: new IngestListener(options),
    srt: srtListener(options, host),
    capacity: new TranscodeCapacity(options.transcodeCores ?? 0),
  });
}
