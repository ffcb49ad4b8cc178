import { dirname } from "node:path";
import { bytesText } from "./terminal.ts";

/** A check's conclusion. */
export interface Finding {
  readonly check: string;
  readonly state: "ok" | "warning" | "problem";
  readonly found: string;
  /** The remedy; absent when nothing is wrong. */
  readonly fix?: string;
}

const NODE_MIN = [20, 19];
const DISK_BYTES_MIN = 2_000_000_000;
const CERTIFICATE_DAYS_MIN = 14;
/** Source: AWS signature version 4, "15 minutes". */
const SKEW_MS_MAX = 15 * 60 * 1000;
const DAY_MS = 24 * 60 * 60 * 1000;
const YEAR_MIN = 2026;

/** Judges a version of Node.js: `20.19.0`. */
export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = NODE_MIN;
  const fine = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  const check = "Node.js";
  if (fine) return { check, state: "ok", found: `v${version}` };
  return {
    check,
    state: "problem",
    found: `v${version}`,
    fix: `Install Node.js ${NODE_MIN.join(".")} or newer.`,
  };
}

/** The state of a running server's object store, as its health says it. */
export interface StoreState {
  readonly place: string;
  readonly condition: string;
  readonly message?: string;
}

/** Judges the store that holds a running server's objects. */
export function storeFinding({ place, condition, message = condition }: StoreState): Finding {
  const check = "object store";
  if (condition === "ok") return { check, state: "ok", found: place };
  const fix = "Start the store, or correct the setting objects; docs/object-store.md.";
  return { check, state: "problem", found: `${place}: ${message}`, fix };
}

/** Judges the stage of a running server's life. */
export function stageFinding(stage: string): Finding {
  const check = "server";
  if (stage === "ready") return { check, state: "ok", found: stage };
  const fix = "It ends with its last stream; start the next one then.";
  return { check, state: "warning", found: `${stage}: it takes no new streams`, fix };
}

/** A port, and how the attempt to listen there ended. */
interface TriedPort {
  readonly check: string;
  readonly number: number;
  /** The setting's flag: `--rtmp-port`. */
  readonly flag: string;
  /** Empty, or the error's code. */
  readonly code: string;
  /** The ports of a Rolecast server that answers. */
  readonly own: ReadonlySet<number>;
  /** The port at which something accepted and then said nothing. */
  readonly silent: number | undefined;
}

/** Judges a port: free, a Rolecast server's own, or in use. */
export function portFinding({ check, number, flag, code, own, silent }: TriedPort): Finding {
  if (code === "") return { check, state: "ok", found: `${number} is free` };
  if (own.has(number)) return { check, state: "ok", found: `${number}: a Rolecast server answers` };
  const used = number === silent ? "is in use, by something that doesn't answer" : "is in use";
  return {
    check,
    state: "warning",
    found: code === "EADDRINUSE" ? `${number} ${used}` : `${number}: ${code}`,
    fix: `Stop what uses it, or start with ${flag} 0 for a free one.`,
  };
}

/** An ffmpeg in its own words. */
interface FoundFfmpeg {
  readonly program: string;
  /** The output of `-version`. */
  readonly version: string;
  /** The output of `-encoders`. */
  readonly encoders: string;
}

/** Judges an ffmpeg; undefined where there is none. */
export function ffmpegFinding(ffmpeg: FoundFfmpeg | undefined): Finding {
  const check = "ffmpeg";
  const fix = "Debian: apt-get install ffmpeg. Or name one with --ffmpeg.";
  if (!ffmpeg) {
    const found = "none: no transcoding, no thumbnails, no broadcast";
    return { check, state: "warning", found, fix };
  }
  const named = `${ffmpeg.program} ${/ffmpeg version (\S+)/.exec(ffmpeg.version)?.[1] ?? ""}`;
  if (ffmpeg.encoders.includes("libx264")) return { check, state: "ok", found: named };
  return { check, state: "warning", found: `${named} has no libx264`, fix };
}

/** Judges the certificate that expires first; undefined where none was made yet. */
export function certificateFinding(
  certificate: { readonly file: string; readonly endsMs: number } | undefined,
  nowMs: number,
): Finding {
  const check = "Certificate";
  if (!certificate) return { check, state: "ok", found: "made at the first start" };
  const { file, endsMs } = certificate;
  const days = Math.floor((endsMs - nowMs) / DAY_MS);
  if (days >= CERTIFICATE_DAYS_MIN)
    return {
      check,
      state: "ok",
      found: `${file} for ${days} days; browsers and OBS must trust it (docs/publish.md)`,
    };
  const found = days < 0 ? `${file} has expired` : `${file} expires in ${days} days`;
  const fix = `Remove the folder ${dirname(file)}: the next start makes a new one.`;
  return { check, state: days < 0 ? "problem" : "warning", found, fix };
}

/** Judges the room on the data folder's disk. */
export function diskFinding(freeBytes: number, folder: string): Finding {
  const check = "Disk";
  const found = `${bytesText(freeBytes)} free at ${folder}`;
  if (freeBytes >= DISK_BYTES_MIN) return { check, state: "ok", found };
  return {
    check,
    state: "warning",
    found,
    fix: "Free some, or put the data elsewhere with --data.",
  };
}

/**
 * Judges the clock by a running server's: signatures older than 15 minutes are refused. Where no
 * server answers, the year is all that can be said.
 */
export function clockFinding(
  nowMs: number,
  server: { readonly endpoint: string; readonly atMs: number } | undefined,
): Finding {
  const check = "Clock";
  if (!server) {
    const now = new Date(nowMs);
    const found = now.toISOString();
    if (now.getUTCFullYear() >= YEAR_MIN) return { check, state: "ok", found };
    return { check, state: "problem", found, fix: "Set the clock." };
  }
  const { endpoint, atMs } = server;
  const skewMs = Math.abs(atMs - nowMs);
  if (skewMs < SKEW_MS_MAX) return { check, state: "ok", found: `agrees with ${endpoint}` };
  return {
    check,
    state: "problem",
    found: `${Math.round(skewMs / 1000)} s from ${endpoint}'s`,
    fix: "Set the clock: signatures hold for 15 minutes.",
  };
}
