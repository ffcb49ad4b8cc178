import type { MediaEngine, MediaEngineOptions, MediaHost } from "../port/messages.ts";
import { TranscodeCapacity } from "../transcode/transcode-capacity.ts";
import { IngestListener } from "../transport/rtmp/ingest-listener.ts";
import { srtListener } from "../transport/srt/srt-listener.ts";
import { WorkerPool } from "../workers/worker-pool.ts";
import { StreamEngine } from "./stream-engine.ts";

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
