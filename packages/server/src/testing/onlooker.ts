import { defineService } from "../kernel/define-service.ts";
import type { Platform } from "../platform.ts";

/** A service without operations, which is there for what the platform gives it. */
export function onlooker(look: (platform: Platform) => void) {
  return defineService({
    title: "Onlooker",
    definition: { name: "onlooker", signingName: "onlooker", protocol: "restJson1", version: "1" },
    create: (needs: Platform) => {
      look(needs);
      return {
        api: async () => ({
          schemas: {},
          constraints: { errorCode: "ValidationException", members: {} },
          operations: {},
        }),
      };
    },
  });
}

export const FREE_PORTS = { port: 0, rtmpPort: 0, rtmpsPort: 0, srtPort: 0 } as const;
