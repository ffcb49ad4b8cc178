import type { ResourceTypeSource } from "../../../kernel/resources.ts";

export const organizationsResourceTypes: ResourceTypeSource = {
  typeNames: [
    "AWS::Organizations::Account",
    "AWS::Organizations::Organization",
    "AWS::Organizations::OrganizationalUnit",
    "AWS::Organizations::Policy",
    "AWS::Organizations::ResourcePolicy",
  ],
  load: async () => (await import("./organizations-resources.ts")).organizationsResources,
};
