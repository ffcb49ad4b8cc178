import type { Place } from "../checks/place.ts";
import type { PositionRange } from "../document/position.ts";

/** Something that AWS takes in a policy, but that hardly does what was meant. */
export interface PolicyWarning {
  code:
    | "NoSuchService"
    | "NoSuchAction"
    | "NoSuchConditionKey"
    | "ConditionKeyNotInRequest"
    | "OperatorDoesNotFit"
    | "ResourceDoesNotFit";
  message: string;
  position: PositionRange;
}

/** A warning while its place is still a pair of offsets. */
export interface Advice {
  code: PolicyWarning["code"];
  message: string;
  place: Place;
}
