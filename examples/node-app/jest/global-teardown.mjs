export default async function teardown() {
  await globalThis.rolecast.close();
}
