import { goTo, placeOf } from "../../routing/hash-route.ts";
import { Page } from "../../shared/page.tsx";
import { ChangeSetForm } from "./change-set-form.tsx";

/** Creates a stack by a change set, whose preview is on the stack's page. */
export function CreateStackPage() {
  return (
    <Page title="Create stack" description="Nothing is created before you have seen the changes.">
      <ChangeSetForm
        onClose={() => goTo("#/cloudformation/stacks")}
        onPrepared={({ stackId, changeSetId }) =>
          goTo(
            placeOf(
              "/cloudformation/stacks/:arn",
              { arn: stackId },
              { tab: "changes", "change-set": changeSetId },
            ),
          )
        }
      />
    </Page>
  );
}
