import type { Authorization } from "../../kernel/authorization.ts";
import { AwsError } from "../../kernel/aws-error.ts";
import type { OperationHandler, OperationTable } from "../../kernel/operations.ts";
import { METRICS_TYPE, type OwnRoutes, RESETTING_IS_OFF } from "../../kernel/ports/own-routes.ts";
import type { RequestContext } from "../../kernel/request-context.ts";

/** Operations on the whole server: all metrics, health with its details, drain and reset. */
export function serverOperations(
  routes: OwnRoutes,
  serverWide: (action: string) => Authorization,
): OperationTable {
  const text = (
    action: string,
    type: string,
    read: () => Promise<string>,
  ): OperationHandler<object, object> => ({
    authorize: () => serverWide(action),
    handle: async (_input, context) => answer(context, type, await read()),
  });
  const Reset: OperationHandler<object, object> = {
    authorize: () => serverWide("rolecast:Reset"),
    handle: async (_input, context) => {
      const { reset } = routes;
      if (!reset) throw new AwsError("AccessDeniedException", RESETTING_IS_OFF, { status: 403 });
      await reset();
      return answer(context, "application/json", JSON.stringify({ status: "reset" }));
    },
  };
  const Drain: OperationHandler<{ Timeout?: number }, object> = {
    authorize: () => serverWide("rolecast:Drain"),
    handle: async ({ Timeout: seconds }, context) => {
      const state = routes.drain(seconds === undefined ? undefined : seconds * 1_000);
      return answer(context, "application/json", JSON.stringify(state));
    },
  };
  return {
    Drain,
    Reset,
    ReadMetrics: text("rolecast:ReadMetrics", METRICS_TYPE, () => routes.metrics()),
    ReadHealth: text("rolecast:ReadHealth", "application/json", async () =>
      JSON.stringify(await routes.health()),
    ),
  };
}

function answer({ response }: RequestContext, type: string, body: string): object {
  response.headers["content-type"] = type;
  response.headers["cache-control"] = "no-store";
  return { Body: body };
}
