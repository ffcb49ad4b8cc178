import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateChannelCommand, CreatePlaybackRestrictionPolicyCommand } from "@aws-sdk/client-ivs";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { countryFile } from "../../../packages/server/src/services/ivs/testing/country-file.ts";
import { startTestServer } from "../../support/test-server.ts";
import { type Film, makeFilm, publish } from "./encoder.ts";
import { EventReader } from "./event-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "rolecast-countries-"));
const geoipDatabase = join(folder, "countries.mmdb");
let film: Film;
beforeAll(async () => {
  writeFileSync(geoipDatabase, countryFile([192, 0, 2], { iso_code: "AT" }));
  film = await makeFilm(4);
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
});

/** The viewer's address, from the configured proxy, and playback's answer. */
it.each([
  ["with a GeoIP file", { geoipDatabase }, { "192.0.2.1": 403, "198.51.100.1": 200 }, "known"],
  ["without one", {}, { "192.0.2.1": 200 }, "unknown: no geoipDatabase"],
] as const)("a policy's countries, %s", async (_what, setting, answers, said) => {
  const server = await startTestServer({ ...setting, trustedProxies: ["127.0.0.1"] });
  onTestFinished(() => server.close());
  const events = new EventReader(server.endpoint);
  onTestFinished(() => events.close());
  const { ivs } = server.clients();
  const { playbackRestrictionPolicy } = await ivs.send(
    new CreatePlaybackRestrictionPolicyCommand({ allowedCountries: ["DE"] }),
  );
  const { channel, streamKey } = await ivs.send(
    new CreateChannelCommand({ playbackRestrictionPolicyArn: playbackRestrictionPolicy?.arn }),
  );
  const url = `rtmps://localhost:${server.server.ports.rtmps}/app/${streamKey?.value}`;
  const encoder = publish(film, url, 4, true);
  onTestFinished(async () => {
    encoder.kill();
    await encoder.ended;
  });
  await events.wait(channel?.arn ?? "", "Stream Start");
  for (const [address, status] of Object.entries(answers)) {
    const asked = await fetch(channel?.playbackUrl ?? "", {
      headers: { "x-forwarded-for": address },
    });
    expect(asked.status).toBe(status);
    const body = await asked.text();
    expect(body).toContain(status === 200 ? "#EXTM3U" : "content_geoblocked");
  }
  const health = await fetch(`${server.endpoint}/_rolecast/health`);
  expect(await health.text()).toContain(`"countries":"${said}"`);
});
