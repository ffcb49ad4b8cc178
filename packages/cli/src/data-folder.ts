/** The folder of a server that is started in this environment. */
export function defaultData(): string {
  return process.env.ROLECAST_DATA || "./.rolecast";
}
