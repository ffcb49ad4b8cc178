import { describe, expect, test } from "vitest";
import { attribute, parseStun, STUN_ATTRIBUTE, STUN_TYPE, write } from "./stun/stun-message.ts";
import type { TransportPath } from "./transport-path.ts";
import { WebrtcEndpoint } from "./webrtc-endpoint.ts";

const TRANSACTION = Buffer.alloc(12, 7);

/** The answers to a request of these attributes. */
function answersTo(attributes: readonly Buffer[], password?: string) {
  const endpoint = new WebrtcEndpoint({ monotonicMs: () => 0, onError: (_peer, error) => error });
  const sent: Buffer[] = [];
  const path: TransportPath = {
    ...{ address: "192.0.2.1", port: 4_000, key: 4_000, close: () => undefined },
    send: (datagram) => sent.push(datagram) === 0,
  };
  const request = write(STUN_TYPE.bindingRequest, TRANSACTION, attributes, password);
  expect(endpoint.receive(request, path.address, path.key, () => path)).toBe(false);
  return { request, sent };
}

const named = (name: string): Buffer => attribute(STUN_ATTRIBUTE.username, Buffer.from(name));

describe("binding requests of strangers", () => {
  test.each([
    ["without a name", []],
    ["with a name that no peer gives", [named("nobody")]],
    ["with half a name", [named(":theirs")]],
    ["shorter than the refusal", [named("a:b")]],
  ])("%s aren't answered", (_what, attributes) => {
    expect(answersTo(attributes).sent).toEqual([]);
  });

  test("are refused with no more bytes than they have, once they are of a peer's form", () => {
    const { request, sent } = answersTo([named("ours:theirs")], "password");
    expect(sent.map((answer) => parseStun(answer)?.type)).toEqual([STUN_TYPE.bindingError]);
    expect(sent[0]?.length).toBeLessThanOrEqual(request.length);
  });
});
