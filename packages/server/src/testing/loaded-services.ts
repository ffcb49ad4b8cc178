import { vi } from "vitest";
import { type LoadedService, RegisteredService } from "../gateway/registered-service.ts";
import { createServer } from "../main.ts";
import { FREE_PORTS } from "./onlooker.ts";

/** The services' wires and constraints, loaded by a server as it loads them. */
export async function loadedServices(): Promise<readonly LoadedService[]> {
  const load = vi.spyOn(RegisteredService.prototype, "load");
  const server = await createServer({ data: "memory", ...FREE_PORTS });
  try {
    await server.operations();
    const loaded = await Promise.all(load.mock.results.map(({ value }) => value));
    return [...new Set<LoadedService>(loaded)];
  } finally {
    load.mockRestore();
    await server.close();
  }
}
