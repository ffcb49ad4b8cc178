/** A client's names and versions, as GetParticipant shows them. */
export interface ClientFacts {
  readonly osName?: string;
  readonly osVersion?: string;
  readonly browserName?: string;
  readonly browserVersion?: string;
  readonly sdkVersion?: string;
}

/** The limit of each of them. Source: IVS Real-Time API Reference, Participant. */
const CHARACTERS_MAX = 128;
/** Edge and Opera call themselves Chrome, and Chrome calls itself Safari: the first one counts. */
const BROWSERS: readonly (readonly [string, RegExp])[] = [
  ["Edge", /\bEdg\/([\d.]+)/],
  ["Opera", /\bOPR\/([\d.]+)/],
  ["Chrome", /\b(?:Headless)?Chrome\/([\d.]+)/],
  ["Firefox", /\bFirefox\/([\d.]+)/],
  ["Safari", /\bVersion\/([\d.]+).* Safari\//],
];
const SYSTEMS: readonly (readonly [string, RegExp])[] = [
  ["Windows", /Windows NT ([\d.]+)/],
  ["iOS", /\b(?:iPhone )?OS ([\d_]+) like Mac/],
  ["Mac OS", /Mac OS X ([\d_.]+)/],
  ["Android", /Android ([\d.]+)/],
  ["Linux", /Linux ?([\d.]*)/],
];

/** Reads them from the User-Agent header of a client's requests. */
export function clientFactsOf(userAgent: string): ClientFacts {
  const browser = firstOf(BROWSERS, userAgent);
  const system = firstOf(SYSTEMS, userAgent);
  return {
    ...(browser && { browserName: browser.name, browserVersion: browser.version }),
    ...(system && { osName: system.name, osVersion: system.version.replaceAll("_", ".") }),
  };
}

function firstOf(
  all: readonly (readonly [string, RegExp])[],
  userAgent: string,
): { readonly name: string; readonly version: string } | undefined {
  for (const [name, pattern] of all) {
    const found = pattern.exec(userAgent);
    if (found) return { name, version: (found[1] ?? "").slice(0, CHARACTERS_MAX) };
  }
  return undefined;
}
