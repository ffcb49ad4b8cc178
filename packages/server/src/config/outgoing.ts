import { z } from "zod";
import { parseOutgoing } from "../kernel/outgoing/outgoing-rules.ts";
import { commaList } from "./comma-list.ts";

const ENTRIES_MAX = 1_000;

/** Receivers that callers may use although they are on this machine or in a private network. */
export const outgoingSchema = commaList(
  z
    .string()
    .refine(
      (entry) => parseOutgoing(entry) !== undefined,
      "an entry is a host name, an IP address or a block of them, and may end with a port: hooks.internal, 10.0.0.0/8, 192.168.1.5:8080, [fd00::1]:443",
    ),
  ENTRIES_MAX,
);
