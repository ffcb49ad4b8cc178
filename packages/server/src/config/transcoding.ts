import { availableParallelism } from "node:os";
import { findFfmpeg, MediaError } from "@rolecast/media";
import { ConfigError } from "./config-error.ts";
import type { Config } from "./settings.ts";

/** The share of the machine's cores; the rest is for ingest, playback and everything else. */
const AUTOMATIC_SHARE = 0.75;

/** The settings with which the media engine encodes. */
export interface Transcoding {
  /** Path of the program; undefined if there is none. */
  readonly ffmpeg: string | undefined;
  readonly transcodeCores: number;
}

/** Throws ConfigError if the requested program doesn't exist. */
export function transcodingOf(config: Config): Transcoding {
  const { transcodeCores: cores } = config;
  const transcodeCores = cores === "auto" ? availableParallelism() * AUTOMATIC_SHARE : cores;
  try {
    return { ffmpeg: findFfmpeg(config.ffmpeg, process.env.PATH), transcodeCores };
  } catch (error) {
    if (!(error instanceof MediaError)) throw error;
    throw new ConfigError(`The setting ffmpeg can't be used: ${error.message}.`);
  }
}
