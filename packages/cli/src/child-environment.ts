/**
 * Each of these would lead one of AWS's tools to another place or key than the ones it is given.
 */
const OTHER_PLACE_OR_KEY =
  /^AWS_(?:ENDPOINT_URL_.+|IGNORE_CONFIGURED_ENDPOINT_URLS|SESSION_TOKEN|SECURITY_TOKEN|PROFILE|DEFAULT_PROFILE)$/;

/** This process's variables, for a child whose AWS tools use the endpoint and key of `given`. */
export function childEnvironment(
  given: Readonly<Record<string, string>>,
  inherited: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(inherited).filter(([name]) => !OTHER_PLACE_OR_KEY.test(name));
  return { ...Object.fromEntries(kept), ...given };
}
