import { isIP } from "node:net";
import { z } from "zod";
import { commaList } from "./comma-list.ts";

const PROXIES_MAX = 1_000;
const PREFIX_BITS_MAX = { 4: 32, 6: 128 } as const;

/** `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`. */
const addressOrBlock = z.string().refine((text) => {
  const [address = "", prefix, ...more] = text.split("/");
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  const bitsMax = PREFIX_BITS_MAX[family === 4 ? 4 : 6];
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bitsMax);
}, "an entry is an IP address or a block of them, such as 10.0.0.0/8");

/** A list, or one text with commas. */
export const trustedProxiesSchema = commaList(addressOrBlock, PROXIES_MAX);
