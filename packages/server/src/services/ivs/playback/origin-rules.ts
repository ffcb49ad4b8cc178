/** Hosts' characters; an origin has no path that a wildcard could reach into. */
const HOST_START = /^[a-z0-9.-]+$/;

/** Whether an Origin header fits one of the origins, whose hostnames may begin with `*`. */
export function isOriginAllowed(origin: string, allowed: readonly string[]): boolean {
  const given = origin.toLowerCase();
  return allowed.some((pattern) => fits(given, pattern.trim().toLowerCase()));
}

function fits(origin: string, pattern: string): boolean {
  if (pattern === "*") return true;
  const star = pattern.indexOf("://*");
  if (star < 0) return origin === pattern;
  const scheme = pattern.slice(0, star + "://".length);
  const rest = pattern.slice(scheme.length + 1);
  if (!origin.startsWith(scheme) || !origin.endsWith(rest)) return false;
  const matched = origin.slice(scheme.length, origin.length - rest.length);
  return origin.length >= scheme.length + rest.length && HOST_START.test(matched);
}
