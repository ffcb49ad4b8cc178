import {
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  type IAMClient,
  type Policy,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import Wizard from "@cloudscape-design/components/wizard";
import { useState } from "react";
import { goTo, placeOf } from "../../routing/hash-route.ts";
import { EnterForm } from "../../shared/enter-form.tsx";
import { useFindings } from "../../shared/json-editor.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { Page } from "../../shared/page.tsx";
import { useAction } from "../../shared/use-action.ts";
import { useCall } from "../../wire/use-call.ts";
import { attachAll } from "./attach-all.ts";
import { ChoosePolicies } from "./choose-policies.tsx";
import { iamTags } from "./iam-tags.ts";
import { NEW_ROLE, type RoleDraft, RoleReview } from "./role-review.tsx";
import { RoleTrust } from "./role-trust.tsx";
import { trustPolicy } from "./trust-choice.ts";

/** Creates a role with its policies, or asks a service for its service-linked role. */
export function CreateRolePage() {
  const [draft, setDraft] = useState<RoleDraft>(NEW_ROLE);
  const [policies, setPolicies] = useState<readonly Policy[]>([]);
  const [step, setStep] = useState(0);
  const { failed } = useNotices();
  const identity = useCall("identity", ({ sts }) => sts.send(new GetCallerIdentityCommand({})));
  const trust = draft.typedTrust ?? trustPolicy(draft.choice, identity.data?.Account ?? "");
  const findings = useFindings(trust, "trust");
  const own = draft.kind === "own";
  const create = useAction("The role wasn't created", async ({ iam }) => {
    const name = own ? await createOwn(iam, draft, trust) : await createLinked(iam, draft);
    const { attached, refused } = await attachAll(iam, { kind: "role", name }, own ? policies : []);
    // The role is there, whatever became of its policies: its page shows both.
    goTo(placeOf("/iam/roles/:name", { name }));
    if (!own || policies.length === 0) return `Role ${name} is created.`;
    const made = attached.length === 0 ? "no policy" : attached.join(", ");
    const created = `Role ${name} is created, with ${made} attached.`;
    for (const { error, names } of refused) {
      failed(`${created} Not attached: ${names.join(", ")}`, error);
    }
    return refused.length === 0 ? created : undefined;
  });
  const change = (part: Partial<RoleDraft>) => setDraft((known) => ({ ...known, ...part }));
  const steps = [
    {
      title: "Trust",
      content: <RoleTrust draft={draft} trust={trust} onChange={change} />,
    },
    ...(own
      ? [
          {
            title: "Permissions",
            isOptional: true,
            content: <ChoosePolicies chosen={policies} onChoose={setPolicies} />,
          },
        ]
      : []),
    {
      title: "Name and review",
      content: <RoleReview draft={draft} trust={trust} policies={policies} onChange={change} />,
    },
  ];
  const last = steps.length - 1;
  const trusts = own ? findings.length === 0 : draft.service !== "";
  // A mistaken trust policy is corrected in its own step, not after the last one.
  const goToStep = (wanted: number) => {
    if (trusts || wanted === 0) setStep(Math.min(wanted, last));
  };
  const named = !own || draft.name !== "";
  const submit = () => {
    if (named && trusts) create.run();
  };
  return (
    <Page title="Create role" wizard>
      <EnterForm onSubmit={() => (step === last ? submit() : goToStep(step + 1))}>
        <Wizard
          activeStepIndex={step}
          isLoadingNextStep={create.running}
          submitButtonText="Create role"
          onNavigate={({ detail }) => goToStep(detail.requestedStepIndex)}
          onCancel={() => goTo("#/iam/roles")}
          onSubmit={submit}
          steps={steps}
          allowSkipTo
        />
        {/* The wizard's own buttons send no form. */}
        <button type="submit" hidden />
      </EnterForm>
    </Page>
  );
}

async function createOwn(iam: IAMClient, draft: RoleDraft, trust: string): Promise<string> {
  const { name, tags } = draft;
  await iam.send(
    new CreateRoleCommand({
      RoleName: name,
      AssumeRolePolicyDocument: trust,
      ...descriptionOf(draft),
      ...(tags.length === 0 ? {} : { Tags: iamTags(tags) }),
    }),
  );
  return name;
}

async function createLinked(iam: IAMClient, draft: RoleDraft): Promise<string> {
  const { Role } = await iam.send(
    new CreateServiceLinkedRoleCommand({
      AWSServiceName: draft.service,
      ...descriptionOf(draft),
    }),
  );
  return Role?.RoleName ?? "";
}

function descriptionOf({ description }: RoleDraft): { readonly Description?: string } {
  return description === "" ? {} : { Description: description };
}
