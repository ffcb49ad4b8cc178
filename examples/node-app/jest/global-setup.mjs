import { createTestServer } from "rolecast/testing";

/** One server for all workers: they inherit the variables, which AWS's SDK reads. */
export default async function setup() {
  const server = await createTestServer();
  Object.assign(process.env, server.env);
  globalThis.rolecast = server;
}
