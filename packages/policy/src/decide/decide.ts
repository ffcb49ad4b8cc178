import type { DecisionRequest } from "../request.ts";
import { evaluate } from "./evaluate.ts";
import type { Effect, PolicyLayers } from "./policy-layers.ts";
import { FAILED } from "./verdict.ts";

/**
 * Decides one (action, resource) pair. A request with several pairs is allowed when each one is.
 * An error during the evaluation (of the context, since policies can't fail) denies, as on AWS;
 * `onError` hears of it.
 */
export function decide(
  request: DecisionRequest,
  layers: PolicyLayers,
  onError?: (error: unknown) => void,
): Effect {
  try {
    return evaluate(request, layers).effect;
  } catch (error) {
    onError?.(error);
    return FAILED.effect;
  }
}
