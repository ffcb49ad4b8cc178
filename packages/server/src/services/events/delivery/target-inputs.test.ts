import type { Target } from "@aws-sdk/client-eventbridge";
import { expect, test } from "vitest";
import { LARGE_BYTES_MIN } from "../in-flight-bytes.ts";
import type { DeliveryRow } from "../tables.ts";
import { TargetInputs } from "./target-inputs.ts";

const TARGET: Target = { Id: "one", Arn: "arn:aws:logs:us-east-1:000000000000:log-group:one" };
const clock = { nowMs: () => 1_700_000_000_000 };

/** Whether the input was made before the event loop's next turn. */
async function isMadeAtOnce(row: Partial<DeliveryRow>, target: Target): Promise<boolean> {
  const made = new TargetInputs(clock).of(row as DeliveryRow, target).then(() => true);
  // Resolves in this turn, after all that only awaits promises which are done.
  const turnEnds = new Promise<boolean>((resolve) => setImmediate(() => resolve(false)));
  const first = await Promise.race([made, turnEnds]);
  await made;
  return first;
}

const event = JSON.stringify({ id: "e", detail: { text: "a" } });

test.each([
  ["a small event that is sent as it is", LARGE_BYTES_MIN - 1, {}, true],
  ["a large event that is sent as it is", LARGE_BYTES_MIN, {}, false],
  ["a small event that is transformed", 10, { InputPath: "$.detail" }, false],
  ["a large event that is transformed", LARGE_BYTES_MIN, { InputPath: "$.detail" }, false],
])("%s of %i bytes: made at once with %o is %s", async (_, bytes, more, isAtOnce) => {
  const row = { event, bytes, rule_name: "r", account_id: "0", region: "us-east-1" };
  expect(await isMadeAtOnce(row, { ...TARGET, ...more })).toBe(isAtOnce);
});

test("a text that a transformer made large has one turn more before it is read", async () => {
  const turnsOf = async (length: number) => {
    const long = JSON.stringify({ detail: "x".repeat(length) });
    const row = { event: long, bytes: 10, rule_name: "r", account_id: "0", region: "us-east-1" };
    let turns = 0;
    let isMade = false;
    const made = new TargetInputs(clock)
      .of(row as DeliveryRow, { ...TARGET, InputPath: "$.detail" })
      .finally(() => {
        isMade = true;
      });
    while (!isMade) {
      await new Promise((resolve) => setImmediate(resolve));
      turns += 1;
    }
    await made;
    return turns;
  };
  expect((await turnsOf(LARGE_BYTES_MIN)) - (await turnsOf(10))).toBe(1);
});
