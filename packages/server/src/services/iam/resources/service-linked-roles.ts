import { declareType } from "../../../kernel/resource-types/declare-type.ts";
import { pick } from "../../../kernel/resource-types/members.ts";
import { ResourceError } from "../../../kernel/resources.ts";
import { iam, iamItems } from "./iam-calls.ts";

/** The pause until a deletion's status is asked again. */
const LOOK_AGAIN_MS = 200;

interface Role {
  readonly RoleName: string;
  readonly Path: string;
  readonly Description?: string;
}

interface DeletionStatus {
  readonly Status: string;
  readonly Reason?: { readonly Reason: string };
}

/** A role that a service needs; IAM deletes it once the service has no more use for it. */
export const serviceLinkedRoleType = declareType({
  typeName: "AWS::IAM::ServiceLinkedRole",
  fixed: ["AWSServiceName", "CustomSuffix"],
  parts: [
    {
      properties: ["Description"],
      isCreated: true,
      async write({ id: { RoleName }, want: { Description = "" } }, call) {
        await iam(call, "UpdateRole", { RoleName, Description });
      },
    },
  ],
  async create(want, call) {
    const { Role } = await iam<{ Role: Role }>(call, "CreateServiceLinkedRole", want);
    return { RoleName: Role.RoleName };
  },
  async read({ RoleName }, call) {
    const { Role } = await iam<{ Role: Role }>(call, "GetRole", { RoleName });
    const [, , AWSServiceName] = Role.Path.split("/");
    const [, CustomSuffix] = Role.RoleName.split("_");
    return { ...pick({ ...Role }, ["RoleName", "Description"]), AWSServiceName, CustomSuffix };
  },
  async delete({ RoleName }, call) {
    const begun =
      call.state ??
      (await iam<{ DeletionTaskId: string }>(call, "DeleteServiceLinkedRole", { RoleName }));
    if (!call.state) return { kind: "wait", ms: LOOK_AGAIN_MS, state: begun };
    const input = pick(begun, ["DeletionTaskId"]);
    const status = await iam<DeletionStatus>(call, "GetServiceLinkedRoleDeletionStatus", input);
    if (status.Status === "FAILED")
      throw new ResourceError("ResourceConflict", status.Reason?.Reason ?? "The role is in use.");
    if (status.Status === "SUCCEEDED") return undefined;
    return { kind: "wait", ms: LOOK_AGAIN_MS, state: begun };
  },
  async *list(_model, call) {
    const input = { PathPrefix: "/aws-service-role/" };
    for await (const { RoleName } of iamItems<Role>(call, "ListRoles", input, "Roles"))
      yield { RoleName };
  },
});
