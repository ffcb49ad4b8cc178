import { describe, expect, test } from "vitest";
import { segment } from "../testing/synthetic-media.ts";
import { HealthMonitor } from "./health-monitor.ts";

/** Samples each second; `share` of real time arrives as media. */
function run(
  monitor: HealthMonitor,
  fromSecond: number,
  seconds: number,
  share: number,
): boolean[] {
  return Array.from({ length: seconds }, (_, index) => {
    const elapsed = fromSecond + index;
    return monitor.sample(elapsed * 1_000, elapsed * 1_000 * share);
  });
}

describe("health monitor", () => {
  test("a stream is healthy with its first segment, starves below real time, and recovers", () => {
    const monitor = new HealthMonitor();
    run(monitor, 0, 3, 1);
    expect(monitor.health).toBe("UNKNOWN");
    monitor.segment(segment(), true);
    expect(run(monitor, 3, 10, 1).filter(Boolean)).toHaveLength(1);
    expect(monitor.health).toBe("HEALTHY");
    const stalledAtMs = 12_000;
    const changes = Array.from({ length: 8 }, (_, index) =>
      monitor.sample(13_000 + index * 1_000, stalledAtMs),
    );
    expect(changes.filter(Boolean)).toHaveLength(1);
    expect(monitor.health).toBe("STARVING");
    Array.from({ length: 8 }, (_, index) =>
      monitor.sample(21_000 + index * 1_000, stalledAtMs + index * 1_000),
    );
    expect(monitor.health).toBe("HEALTHY");
  });

  test("measures the last five segments", () => {
    const monitor = new HealthMonitor();
    monitor.segment(segment({ videoBytes: 9e9 }), true);
    for (let index = 0; index < 5; index += 1) {
      monitor.segment(segment({ videoBytes: 625_000, audioBytes: 32_000 }), true);
    }
    expect(monitor.measured()).toEqual({
      videoBitrate: 2_500_000,
      audioBitrate: 128_000,
      frameRate: 30,
      keyframeIntervalMs: 2_000,
    });
    expect(monitor.warnings()).toEqual([]);
  });

  test("warns of rare keyframes and of missing audio", () => {
    const monitor = new HealthMonitor();
    monitor.segment(segment({ durationMs: 8_000 }), false);
    expect(monitor.warnings()).toEqual([
      "The keyframe interval is 8 s; set the encoder to 2 s.",
      "The stream has no audio.",
    ]);
  });
});
