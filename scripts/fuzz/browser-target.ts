import assert from "node:assert/strict";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import { OwnHosts } from "../../packages/server/src/gateway/own-hosts.ts";
import { PageGuard } from "../../packages/server/src/gateway/page-guard.ts";
import { type Chance, type FuzzTarget, mutate } from "./chance.ts";

const s3Hosts = ["localhost", "s3.localhost", "localhost.localstack.cloud"];
const allowedOrigins = ["https://app.example.com", "null"];
const hosts = new OwnHosts({
  onLoopback: true,
  s3Hosts,
  urls: allowedOrigins,
  isAwsHost: () => false,
});
const pages = new PageGuard({ active: true, allowedOrigins, s3Hosts });
const HERE = "127.0.0.1:4566";
const NAMES = ["localhost", "app.localhost", "127.0.0.1", "127.1", "[::1]", "10.0.0.1", "0.0.0.0"];
const FOREIGN = ["evil.example", "localhost.evil.example", "evillocalhost", "app.example.com"];
const SCHEMES = ["http://", "https://", "file://", "chrome-extension://", "//", ""];
const REST = ["", ":3000", ":4566", "/", "@evil.example", "#localhost", ".", ":80", " "];

function nameAndRest(chance: Chance): string {
  const name = chance.one(chance.rarely(2) ? NAMES : FOREIGN);
  const text = name + chance.one(REST) + (chance.rarely(4) ? chance.one(REST) : "");
  return chance.rarely(3) ? mutate(text, chance) : text;
}

/** No origin and no name passes for this machine's that doesn't in a plain reading. */
export const browserTarget: FuzzTarget = {
  name: "origins and host names",
  next(chance) {
    const host = nameAndRest(chance);
    const origin = chance.one(SCHEMES) + nameAndRest(chance);
    return {
      input: { host, origin },
      run() {
        if (isTaken(host)) assert.equal(isOurs(host), true, "the host name");
        if (pages.allowsOrigin(requestOf(origin)))
          assert.equal(isOnThisMachine(origin), true, "the origin");
      },
    };
  },
};

function isTaken(host: string): boolean {
  try {
    hosts.check(host);
    return true;
  } catch {
    return false;
  }
}

function isOurs(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
  if (name.startsWith("[")) return isIP(name.slice(1, -1)) === 6;
  const labels = name.split(".");
  const isBelow = (...end: string[]) => labels.slice(-end.length).join(".") === end.join(".");
  return (
    isIP(name) === 4 ||
    isBelow("localhost") ||
    isBelow("localhost", "localstack", "cloud") ||
    name === "app.example.com"
  );
}

function isOnThisMachine(origin: string): boolean {
  if (allowedOrigins.includes(origin)) return true;
  const [scheme = "", rest = ""] = origin.split("://");
  const name = rest.replace(/:\d+$/, "");
  return (
    ["http", "https"].includes(scheme) &&
    (/^127(?:\.\d{1,3}){3}$/.test(name) ||
      ["localhost", "[::1]"].includes(name) ||
      (/^[^/@#?:\s]+\.localhost$/.test(name) && !rest.endsWith(":4566")))
  );
}

function requestOf(origin: string) {
  return {
    ...{ method: "GET", path: "/", query: new URLSearchParams(), isSigned: false },
    ...{ headers: { host: HERE, origin }, remoteAddress: "127.0.0.1", body: Readable.from([]) },
    scheme: "http" as const,
  };
}
