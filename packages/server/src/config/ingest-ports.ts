import { type Config, SRT_PORT } from "./settings.ts";

interface Ports {
  readonly rtmpPort: number;
  readonly rtmpsPort: number;
  readonly srtPort: number;
}

/** Where the engine listens: where the one before it did (`again`), or where the settings say. */
export function ingestPortsOf(config: Config, again: Ports | undefined) {
  const { host } = config;
  const { rtmpPort, rtmpsPort, srtPort = SRT_PORT } = again ?? config;
  const srtPortOrFree = again === undefined && config.srtPort === undefined;
  return { host, rtmpPort, rtmpsPort, srtPort, srtPortOrFree };
}
