import type { Constraint, ServiceConstraints } from "../../kernel/constraints.ts";
import { MODEL_LENGTH_MAX } from "./model-budget.ts";

const typeName: Constraint = {
  min: 10,
  max: 196,
  pattern: "[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}::[A-Za-z0-9]{2,64}",
};
const model: Constraint = { min: 1, max: MODEL_LENGTH_MAX, pattern: "[\\s\\S]*", secret: true };

/** Source: Cloud Control API reference, the operations' request parameters. */
export const cloudControlConstraints: ServiceConstraints = {
  errorCode: "ValidationException",
  showsValues: true,
  unsupported: [
    ...["CreateResource", "GetResource", "UpdateResource", "DeleteResource", "ListResources"].map(
      (operation) => `${operation}.TypeVersionId`,
    ),
  ],
  members: {
    TypeName: typeName,
    RoleArn: { min: 20, max: 2048, pattern: "arn:.+:iam::[0-9]{12}:role/.+" },
    ClientToken: { min: 1, max: 128, pattern: "[-A-Za-z0-9+/=]+" },
    DesiredState: model,
    ResourceModel: model,
    PatchDocument: model,
    Identifier: { min: 1, max: 1024, pattern: ".+" },
    RequestToken: { min: 1, max: 128, pattern: "[-A-Za-z0-9+/=]+" },
    MaxResults: { min: 1, max: 100 },
    NextToken: { min: 1, max: 2048, pattern: "[-A-Za-z0-9+/=]+" },
    "ListResources.NextToken": { min: 1, max: 4096, pattern: ".+" },
    "Operations.member": { values: ["CREATE", "DELETE", "UPDATE"] },
    "OperationStatuses.member": {
      values: [
        ...["PENDING", "IN_PROGRESS", "SUCCESS", "FAILED"],
        ...["CANCEL_IN_PROGRESS", "CANCEL_COMPLETE"],
      ],
    },
  },
};
