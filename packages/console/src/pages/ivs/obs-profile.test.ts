import { expect, test } from "vitest";
import { obsProfile } from "./obs-profile.ts";

test("a profile has the channel's server and key, and what channels take", () => {
  const files = obsProfile({ name: "stage", server: "rtmp://h:1935/app/", streamKey: "sk_1" });
  expect(Object.keys(files)).toEqual(["basic.ini", "service.json", "streamEncoder.json"]);
  expect(JSON.parse(files["service.json"] ?? "")).toEqual({
    type: "rtmp_custom",
    settings: { server: "rtmp://h:1935/app/", key: "sk_1", use_auth: false, bwtest: false },
  });
  expect(JSON.parse(files["streamEncoder.json"] ?? "")).toMatchObject({ keyint_sec: 2 });
  expect(files["basic.ini"]).toMatch(/^\[General\]\nName=stage\n/);
});
