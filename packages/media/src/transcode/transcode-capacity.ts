import { readFileSync } from "node:fs";
import type { LadderStep, SourcePicture } from "./ladder.ts";

/**
 * The cost of a ladder before it was measured, in cores per pixel and second, on a core of 2020:
 * 720p30 to 480p, 360p and 160p took 0.25 of one (bench/transcode.ts).
 */
const DECODE_CORES_PER_PIXEL_RATE = 3e-9;
const ENCODE_CORES_PER_PIXEL_RATE = 8e-9;
/** The kernel's unit of CPU time in /proc, the same on every Linux that node runs on. */
const CPU_TICK_MS = 10;
/** Media between two measurements of a run; shorter ones are noise. */
const MEASURED_LEAST_MS = 4_000;
/** Weight of a new measurement of what estimates are wrong by. */
const LEARNING_SHARE = 0.3;

/** Estimated cores that a ladder takes. */
export function estimateCores(steps: readonly LadderStep[], source: SourcePicture): number {
  const rate = ({ width, height, frameRate }: SourcePicture): number => width * height * frameRate;
  const encoded = steps.reduce((sum, { video }) => sum + (video ? rate(video) : 0), 0);
  return rate(source) * DECODE_CORES_PER_PIXEL_RATE + encoded * ENCODE_CORES_PER_PIXEL_RATE;
}

/** The cores that one admitted ladder occupies. */
export interface CapacityShare {
  /**
   * Called about once a second with the media time that was made, and ffmpeg's process id while it
   * runs.
   */
  measure(progressMs: number, pid: number | undefined): void;
  release(): void;
}

interface Occupied {
  readonly estimated: number;
  cores: number;
}

/**
 * Decides how many ladders this machine makes: admits them by their cost, as far as it was
 * measured.
 */
export class TranscodeCapacity {
  readonly cores: number;
  readonly #cpuMs: (pid: number) => number | undefined;
  readonly #shares = new Set<Occupied>();
  /** Cores that other processes use, as far as they have reported. */
  coresElsewhere = 0;
  /** Measured cost over estimated cost. */
  #factor = 1;

  constructor(cores: number, cpuMs: (pid: number) => number | undefined = processCpuMs) {
    this.cores = cores;
    this.#cpuMs = cpuMs;
  }

  get usedCores(): number {
    return [...this.#shares].reduce((sum, { cores }) => sum + cores, 0);
  }

  get ladders(): number {
    return this.#shares.size;
  }

  /** Undefined where the machine has no room for it. */
  admit(estimated: number): CapacityShare | undefined {
    const cores = estimated * this.#factor;
    const isFull = this.usedCores + this.coresElsewhere + cores > this.cores;
    return isFull ? undefined : this.occupy(estimated);
  }

  /** For work that goes on in any case: others aren't admitted in its place. */
  occupy(estimated: number): CapacityShare {
    const cores = estimated * this.#factor;
    const share: Occupied = { estimated, cores };
    this.#shares.add(share);
    let last:
      | { readonly pid: number; readonly progressMs: number; readonly cpuMs: number }
      | undefined;
    return {
      measure: (progressMs, pid) => {
        const cpuMs = pid === undefined ? undefined : this.#cpuMs(pid);
        if (pid === undefined || cpuMs === undefined) {
          return;
        }
        if (last?.pid !== pid) {
          last = { pid, progressMs, cpuMs };
        } else if (progressMs - last.progressMs >= MEASURED_LEAST_MS) {
          share.cores = (cpuMs - last.cpuMs) / (progressMs - last.progressMs);
          last = { pid, progressMs, cpuMs };
          this.#learn(share);
        }
      },
      release: () => this.#shares.delete(share),
    };
  }

  #learn({ cores, estimated }: Occupied): void {
    if (estimated > 0) {
      this.#factor += LEARNING_SHARE * (cores / estimated - this.#factor);
    }
  }
}

/** CPU time of a process; undefined where the system has no /proc, or the process is gone. */
function processCpuMs(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * CPU_TICK_MS;
  } catch {
    return undefined;
  }
}
