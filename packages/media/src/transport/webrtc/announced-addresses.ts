import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

const EVERY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);
/** Candidates of one answer: peers try each of them. */
const ADDRESSES_MAX = 8;

/**
 * The addresses that answers name: those of the setting, which behind NAT or in a container nobody
 * else knows, or else those that the socket listens on. Rejects for a name that isn't known.
 */
export async function announcedAddresses(
  announced: readonly string[] | undefined,
  bound: string,
): Promise<string[]> {
  if (announced !== undefined && announced.length > 0) {
    const found = await Promise.all(
      announced.map(async (name) => (isIP(name) === 0 ? (await lookup(name)).address : name)),
    );
    return [...new Set(found)].slice(0, ADDRESSES_MAX);
  }
  if (!EVERY_ADDRESS.has(bound)) {
    return [bound];
  }
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const usable = own.filter(
    ({ family, address }) => (bound === "::" || family === "IPv4") && !/^fe80:/i.test(address),
  );
  const outside = usable.filter(({ internal }) => !internal);
  const inside = usable.filter(({ internal }) => internal);
  return [...outside, ...inside].map(({ address }) => address).slice(0, ADDRESSES_MAX);
}
