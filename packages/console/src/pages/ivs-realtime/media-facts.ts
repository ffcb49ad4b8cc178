import { useEffect, useState } from "react";
import { inBackground } from "../../shared/in-background.ts";
import { layersOf, type PictureLayer, type StageMedia } from "./stage-connection.ts";

const POLL_MS = 2_000;

/** Measurements of media that come in. */
export interface MediaFacts {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  readonly kilobitsPerSecond: number;
  readonly packetsLost: number;
  readonly layers: readonly PictureLayer[];
}

/** Measures a subscription's media while it is shown. */
export function useMediaFacts(media: StageMedia | undefined): MediaFacts | undefined {
  const [facts, setFacts] = useState<MediaFacts>();
  useEffect(() => {
    if (!media) return undefined;
    let before = { bytes: 0, atMs: performance.now() };
    let current = true;
    const measure = async () => {
      const [report, layers] = await Promise.all([media.connection.getStats(), layersOf(media)]);
      const measured = measuredIn(report);
      const now = { bytes: measured.bytes, atMs: performance.now() };
      const kilobitsPerSecond = ((now.bytes - before.bytes) * 8) / (now.atMs - before.atMs);
      before = now;
      if (current) setFacts({ ...measured, kilobitsPerSecond, layers });
    };
    const timer = setInterval(
      () => inBackground("What arrives can't be measured", measure()),
      POLL_MS,
    );
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [media]);
  return media ? facts : undefined;
}

function measuredIn(report: RTCStatsReport) {
  let [width, height, framesPerSecond, bytes, packetsLost] = [0, 0, 0, 0, 0];
  for (const entry of report.values()) {
    if (entry.type !== "inbound-rtp") continue;
    bytes += entry.bytesReceived ?? 0;
    packetsLost += entry.packetsLost ?? 0;
    if (entry.kind !== "video") continue;
    width = entry.frameWidth ?? 0;
    height = entry.frameHeight ?? 0;
    framesPerSecond = entry.framesPerSecond ?? 0;
  }
  return { width, height, framesPerSecond, bytes, packetsLost };
}
