import { placeOf } from "../../routing/hash-route.ts";
import { nameColumn } from "../../shared/columns.tsx";
import type { Column } from "../../shared/list-arrangement.ts";
import { ListPage } from "../../shared/list-page.tsx";
import { CreateKey } from "./create-key.tsx";
import { keyPages, type ListedKey } from "./key-calls.ts";
import { KeyState } from "./key-state.tsx";

/** Keys that are read at first: each is a call of its own. */
const FIRST_KEYS = 100;

export function KeysPage() {
  return (
    <ListPage
      title="Keys"
      description="Keys that encrypt and sign. A key's own policy decides who may use it."
      plural="keys"
      pages={keyPages}
      first={FIRST_KEYS}
      idOf={({ KeyId }) => KeyId}
      columns={COLUMNS}
      none={[
        "No keys in this Region",
        "A bucket, a parameter or a trail can be encrypted with one.",
      ]}
      create={{ button: "Create key", form: (props) => <CreateKey {...props} /> }}
    />
  );
}

const COLUMNS: readonly Column<ListedKey>[] = [
  nameColumn<ListedKey>(
    ({ KeyId, aliases: [alias] }) => alias ?? KeyId,
    ({ KeyId }) => placeOf("/kms/keys/:id", { id: KeyId }),
    "Key",
  ),
  {
    id: "state",
    header: "State",
    value: ({ KeyState: state }) => state,
    cell: ({ KeyState: state }) => <KeyState state={state} />,
  },
  { id: "spec", header: "Spec", value: ({ KeySpec }) => KeySpec },
  {
    id: "description",
    header: "Description",
    value: ({ Description }) => Description || undefined,
  },
  { id: "created", header: "Created", value: ({ CreationDate }) => CreationDate },
];
