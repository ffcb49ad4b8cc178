import assert from "node:assert";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { nalUnitsBytes } from "../../packages/media/src/codec/nal-units.ts";
import { defaultMediaLimits } from "../../packages/media/src/port/limits.ts";
import type { MediaUnit } from "../../packages/media/src/port/media-unit.ts";
import { srtPublish } from "../../packages/media/src/testing/corpus.ts";
import { SRT_PASSPHRASE } from "../../packages/media/src/testing/engine-harness.ts";
import { testPort } from "../../packages/media/src/testing/test-port.ts";
import {
  type PeerAddress,
  SrtCallers,
} from "../../packages/media/src/transport/srt/srt-callers.ts";
import { type Chance, type FuzzTarget, mutateBytes } from "./chance.ts";

const OWN: PeerAddress = { address: "192.0.2.7", port: 4_000 };
/** Strangers of the same address as well: only their port differs. */
const OTHERS: readonly PeerAddress[] = [
  { address: "192.0.2.7", port: 4_001 },
  { address: "198.51.100.9", port: 4_000 },
];
const HANDSHAKES = 2;
const DESTINATION_AT = 12;
const COOKIE_AT = 16 + 28;
const SOCKET_ID_AT = 16 + 24;
/** An answer to it, and reports that were due. */
const ANSWERS_MAX = 4;
const UNIT_BYTES_MAX = 8 * 1024 * 1024;

/** A datagram: the publisher's own next one, or a stranger's. */
interface Step {
  readonly datagram: Buffer;
  readonly from: PeerAddress;
}

/**
 * Datagrams that strangers send to an encrypted session, its socket id included, changes nothing of
 * what comes out of it.
 */
export const srtStrangersTarget: FuzzTarget = {
  name: "strangers beside an SRT session",
  next(chance) {
    const steps = own().flatMap((step) => {
      const datagram = mutateBytes(chance.one(srtPublish), chance, srtPublish);
      return chance.rarely(2) ? [{ datagram, from: chance.one(OTHERS) }, step] : [step];
    });
    return { input: shown(steps), run: async () => assert.equal(await play(steps), await alone()) };
  },
};

/** Whatever an admitted caller sends, its session goes on or ends. */
export const srtSessionTarget: FuzzTarget = {
  name: "SRT sessions",
  next(chance) {
    const steps = mutateSteps(own(), chance);
    return { input: shown(steps), run: async () => void (await play(steps)) };
  },
};

function own(): Step[] {
  return srtPublish.slice(HANDSHAKES).map((datagram) => ({ datagram, from: OWN }));
}

function shown(steps: readonly Step[]) {
  return steps.map(({ datagram, from }) => [datagram.toString("hex"), from.port]);
}

function mutateSteps(steps: Step[], chance: Chance): Step[] {
  const mutated = [...steps];
  for (let change = chance.below(12); change >= 0; change--) {
    const at = chance.below(mutated.length);
    const step = mutated[at];
    if (step === undefined) continue;
    const other = chance.below(mutated.length);
    switch (chance.below(5)) {
      case 0:
        mutated.splice(at, 1 + chance.below(10));
        break;
      case 1:
        mutated.splice(other, 0, step);
        break;
      case 2:
        mutated.splice(other, 0, ...mutated.splice(at, 1));
        break;
      default:
        mutated[at] = { ...step, datagram: mutateBytes(step.datagram, chance, srtPublish) };
    }
  }
  return mutated;
}

let expected: Promise<string> | undefined;

async function alone(): Promise<string> {
  expected ??= play(own());
  const output = await expected;
  assert.doesNotMatch(output, /^0 /, "nothing came out of the session");
  return output;
}

/** Resolves to the number and the digest of the units that came out. */
async function play(steps: readonly Step[]): Promise<string> {
  let units = 0;
  const digest = createHash("sha256");
  const published: string[] = [];
  const note = ({ track, dts, pts, key, data }: MediaUnit) => {
    assert(Number.isSafeInteger(dts) && Number.isSafeInteger(pts), `${dts} ${pts}`);
    assert(nalUnitsBytes(data) <= UNIT_BYTES_MAX, "a unit is too large");
    units += 1;
    digest.update(`${track} ${dts} ${pts} ${key} ${data.map(({ length }) => length)} `);
    for (const bytes of data) digest.update(bytes);
  };
  let nowMs = 1_000;
  const sent: Buffer[] = [];
  const answered = new EventTarget();
  const callers = new SrtCallers({
    limits: { ...defaultMediaLimits, connectionsMax: 3 },
    send: (datagram) => {
      sent.push(datagram);
      answered.dispatchEvent(new Event("sent"));
    },
    monotonicMs: () => nowMs,
    port: testPort({
      secretOf: async (name) =>
        name === "key" ? { secret: SRT_PASSPHRASE, required: true } : undefined,
      publish: async (_, name) => {
        published.push(name);
        return {
          takes: new Set(),
          configure: (tracks) => digest.update(JSON.stringify(tracks)),
          write: note,
          announce: () => undefined,
          end: (reason) => assert.notEqual(reason, "internal-error"),
        };
      },
    }),
  });
  try {
    const [induction, conclusion] = srtPublish.map((datagram) => Buffer.from(datagram));
    assert(induction && conclusion);
    callers.receive(induction, OWN);
    conclusion.writeUInt32BE(sent[0]?.readUInt32BE(COOKIE_AT) ?? 0, COOKIE_AT);
    const admitted = once(answered, "sent");
    callers.receive(conclusion, OWN);
    await admitted;
    const socketId = sent[1]?.readUInt32BE(SOCKET_ID_AT) ?? 0;
    for (const { datagram, from } of steps) {
      nowMs += 20;
      const bytes = Buffer.from(datagram);
      if (bytes.length >= DESTINATION_AT + 4) bytes.writeUInt32BE(socketId, DESTINATION_AT);
      const before = sent.length;
      callers.receive(bytes, from);
      assert(sent.length - before <= (from === OWN ? ANSWERS_MAX : 1), "too many answers");
    }
    assert.deepEqual(published, ["key"]);
    assert(callers.connections <= 1);
  } finally {
    callers.close();
  }
  return `${units} ${digest.digest("hex")}`;
}
