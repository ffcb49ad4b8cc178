import { createServer, type Server, type Settings } from "./server.ts";

/** Nothing kept, free ports, nothing encoded: what a test suite wants unless it says otherwise. */
const TEST_SETTINGS = {
  data: "memory",
  port: 0,
  rtmpPort: 0,
  rtmpsPort: 0,
  srtPort: 0,
  webrtcPort: 0,
  transcodeCores: 0,
  logLevel: "error",
} as const satisfies Settings;

/**
 * Starts a server in this process as test suites want it: in memory, on free ports of the loopback
 * address, with nothing encoded, unless the settings say otherwise.
 */
export function createTestServer(settings: Settings = {}): Promise<Server> {
  return createServer({ ...TEST_SETTINGS, ...settings });
}
