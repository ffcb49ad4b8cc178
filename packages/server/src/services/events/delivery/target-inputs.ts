import type { Target } from "@aws-sdk/client-eventbridge";
import type { Clock } from "../../../kernel/clock.ts";
import type { AwsEvent } from "../../../kernel/events.ts";
import { TurnQueue } from "../../../kernel/work/turns.ts";
import { ruleArn, ruleNameOf } from "../arns.ts";
import { LARGE_BYTES_MIN } from "../in-flight-bytes.ts";
import type { DeliveryRow } from "../tables.ts";
import { asJsonLine, readSendable } from "../target-input/target-json.ts";
import { isSentWhole, transformInput } from "../target-input/transform-input.ts";

/** The input of a target, as it is sent. */
export interface TargetInput {
  readonly text: string;
  /** The same in one line of JSON. */
  line(): string;
}

/** Makes what targets are sent: what takes long of each in a turn of its own. */
export class TargetInputs {
  readonly #clock: Clock;
  readonly #turns = new TurnQueue();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined if it would be too long, or what no target may be sent. */
  async of(row: DeliveryRow, target: Target): Promise<TargetInput | undefined> {
    const isWhole = isSentWhole(target);
    if (!isWhole || row.bytes >= LARGE_BYTES_MIN) await this.#turns.next();
    if (isWhole) return { text: row.event, line: () => row.event };
    const text = this.#transformed(row, target);
    if (text === undefined) return undefined;
    // A small event may have become a long text.
    if (text.length >= LARGE_BYTES_MIN) await this.#turns.next();
    const read = readSendable(text);
    return read && { text, line: () => asJsonLine(text, read) };
  }

  /** Keeps no parsed event after it returns: as an object it takes many times its text. */
  #transformed(row: DeliveryRow, target: Target): string | undefined {
    return transformInput(target, JSON.parse(row.event) as AwsEvent, {
      ruleArn: ruleArn(row, row.rule_name),
      ruleName: ruleNameOf(row.rule_name),
      nowIso: new Date(this.#clock.nowMs()).toISOString(),
    });
  }
}
