import { expect, test } from "vitest";
import { invitationAddress, invitationOf, streamRequest } from "./watch-invitation.ts";

const ORIGIN = "http://10.0.0.5:4566";
const PLAYBACK = `${ORIGIN}/api/video/v1/us-east-1.000000000000.channel.AbC.m3u8`;
const CHAT = {
  roomArn: "arn:aws:ivschat:us-east-1:000000000000:room/AbC",
  userId: "Zoë & co",
  writes: true,
  signature: "AKIA/20261203/us-east-1/ivschat/aws4_request~20261203T000000Z~43200~abc",
};

function queryOf(address: string): URLSearchParams {
  return new URLSearchParams(new URL(address).hash.replace(/^[^?]*\?/, ""));
}

test.each([
  { title: "", viewers: "", chat: undefined },
  { title: "my & channel", viewers: "AKIA/2~3~4", chat: CHAT },
  { title: "stage", viewers: "x", chat: { ...CHAT, writes: false } },
])("a page reads what its address was made of, all of it in the fragment: %j", (shown) => {
  const address = invitationAddress(ORIGIN, PLAYBACK, "eyJ.abc-_.def", shown);
  expect(new URL(address).search).toBe("");
  expect(invitationOf(queryOf(address))).toEqual({
    play: "/api/video/v1/us-east-1.000000000000.channel.AbC.m3u8?token=eyJ.abc-_.def",
    ...shown,
  });
});

test("viewers are asked for of the channel that is played", () => {
  expect(JSON.parse(streamRequest(`${PLAYBACK}?token=x`).body)).toEqual({
    channelArn: "arn:aws:ivs:us-east-1:000000000000:channel/AbC",
  });
});

test("an address of another server is no invitation", () => {
  const play = "https://evil.example/a.m3u8";
  expect(invitationOf(new URLSearchParams({ play, title: "x" }))).toBeUndefined();
});
