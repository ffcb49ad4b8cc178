import type { Policy } from "@aws-sdk/client-iam";
import { useState } from "react";
import { ModalForm } from "../../shared/modal-form.tsx";
import { useNotices } from "../../shared/notices.tsx";
import { useAws } from "../../wire/aws-context.tsx";
import { attachAll } from "./attach-all.ts";
import { ChoosePolicies } from "./choose-policies.tsx";
import type { PolicyOwner } from "./policy-owner.ts";

/** Chooses managed policies and attaches them. */
export function AttachPolicies(props: {
  readonly owner: PolicyOwner;
  readonly onAttached: () => void;
  readonly onClose: () => void;
}) {
  const { owner, onAttached, onClose } = props;
  const { iam } = useAws();
  const { done } = useNotices();
  const [selected, setSelected] = useState<readonly Policy[]>([]);
  return (
    <ModalForm
      title={`Attach policies to ${owner.name}`}
      verb="Attach"
      size="large"
      disabled={selected.length === 0}
      onClose={onClose}
      onSubmit={async () => {
        const { attached, refused } = await attachAll(iam, owner, selected);
        if (attached.length > 0) {
          done(`Attached to ${owner.name}: ${attached.join(", ")}.`);
          onAttached();
        }
        if (refused.length > 0) throw new AggregateError(refused.map(({ error }) => error));
      }}
    >
      <ChoosePolicies onChoose={setSelected} />
    </ModalForm>
  );
}
