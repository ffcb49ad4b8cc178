import { ResourceDecisions } from "../../kernel/tagged-resources/decisions.ts";
import { arns } from "./resource-arn.ts";
import { resources } from "./rows/resources.ts";

/*
 * Actions, resource types and condition keys follow the Service Authorization Reference, "Actions,
 * resources, and condition keys for Amazon Interactive Video Service".
 */
export const decisions = new ResourceDecisions("ivs", arns, resources);
