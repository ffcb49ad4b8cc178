import type { IngestPorts, MediaEngine, MediaEngineOptions, MediaHost } from "@rolecast/media";
import type { RecordedMedia } from "../../kernel/recordings/recorded-media.ts";

/**
 * The part of @rolecast/media that this service needs; the platform binds its settings and
 * certificate.
 */
export interface MediaPort extends RecordedMedia {
  /** The engine's certificate, as `X509Certificate.fingerprint256` has it. */
  readonly certificateSha256: string;
  /**
   * Makes an engine with what is IVS's own; it listens once started, and starts once. `again` are
   * the ports of the engine before it, so that a reset server is found where it was.
   */
  createEngine(
    host: MediaHost,
    ivs: Pick<MediaEngineOptions, "path" | "limits">,
    again?: IngestPorts,
  ): MediaEngine;
}
