import { join } from "node:path";
import { defaultMediaLimits } from "../port/limits.ts";
import type { MediaEngineOptions } from "../port/options.ts";
import type { WorkerOptions } from "./worker-messages.ts";

/** The options of the worker in one slot of a pool: its share of what the pool may have. */
export function workerOptions(
  {
    host,
    ports,
    announcedAddresses,
    proxies,
    tls,
    path,
    limits,
    ffmpeg,
    ...rest
  }: MediaEngineOptions,
  slot: number,
  idPrefix: string,
): WorkerOptions {
  const { transcodeCores = 0, spill, workers = 1 } = rest;
  const { connectionsOfAddressMax } = { ...defaultMediaLimits, ...limits };
  return {
    ...{
      host,
      ports: portsOf(ports, slot),
      announcedAddresses,
      proxies,
      tls,
      path,
      ffmpeg,
      transcodeCores,
      idPrefix,
    },
    // Each counts its own; together they have no more of one address than one process would.
    limits: { ...limits, connectionsOfAddressMax: Math.ceil(connectionsOfAddressMax / workers) },
    spill: spill && {
      folder: join(spill.folder, String(slot)),
      // One folder for all: what a worker that died has left is found there.
      segments: spill.segments,
      bytesMax: Math.floor(spill.bytesMax / workers),
      freeBytesMin: spill.freeBytesMin,
    },
  };
}

/** The ports that a worker opens itself: each worker takes the next one, so they are known. */
function portsOf(ports: MediaEngineOptions["ports"], slot: number): MediaEngineOptions["ports"] {
  const shifted = Object.entries(ports).map(([name, choice]) => {
    const port = choice.port === 0 ? 0 : choice.port + slot;
    return [name, { ...choice, port }] as const;
  });
  return Object.fromEntries(shifted);
}
